import { z } from 'zod'
import { ShopctlError } from '../../errors/shopctl-error.ts'

const block = z.record(z.string(), z.unknown())
const codeSchema = z.looseObject({
  resource: z.record(z.string(), z.record(z.string(), block)).default({}),
})
const lifecycle = z.looseObject({
  ignore_changes: z.union([z.array(z.string()), z.literal('all').transform(() => ['all'])]).default([]),
})

export type CodedResource = {
  /** As written, references (`${aws_kms_key.data.arn}`) and all. */
  readonly attributes: Readonly<Record<string, unknown>>
  /** `scaling_config[0].desired_size`, or `all`. */
  readonly ignoreChanges: readonly string[]
}

/** By address. */
export type StackCode = ReadonlyMap<string, CodedResource>

export const noCode: StackCode = new Map()

const codedResource = (attributes: Readonly<Record<string, unknown>>): CodedResource => {
  const [first = attributes.lifecycle] = Array.isArray(attributes.lifecycle) ? attributes.lifecycle : []
  const parsed = lifecycle.safeParse(first ?? {})
  return { attributes, ignoreChanges: parsed.success ? parsed.data.ignore_changes : [] }
}

/**
 * The synthesised JSON (`cdk.tf.json`): it says what a plan does not, which changes are to be ignored, and the text
 * of policies that hold an id which is known only after apply. Throws CODE_UNREADABLE.
 */
export const parseStackCode = (json: unknown): StackCode => {
  const parsed = codeSchema.safeParse(json)
  if (!parsed.success) {
    throw new ShopctlError({
      code: 'CODE_UNREADABLE',
      outcome: 'refused',
      what: 'The synthesised JSON of the stack could not be read; nothing was changed.',
      why: z.prettifyError(parsed.error).split('\n'),
      cause: parsed.error,
    })
  }
  return new Map(
    Object.entries(parsed.data.resource).flatMap(([type, named]) =>
      Object.entries(named).map(([name, attributes]) => [`${type}.${name}`, codedResource(attributes)] as const),
    ),
  )
}
