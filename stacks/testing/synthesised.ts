import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { installationNames } from '../installations.ts'
import { synthesise } from '../main.ts'
import type { StackReference } from '../stack-reference.ts'

/** Every stack that there is. */
export const stackReferences: readonly StackReference[] = [
  { kind: 'state' },
  { kind: 'registry' },
  ...installationNames.map((installation) => ({ kind: 'shop', installation }) as const),
]

const block = z.looseObject({
  lifecycle: z.looseObject({ prevent_destroy: z.boolean().optional() }).optional(),
})
const stackSchema = z.looseObject({
  resource: z.record(z.string(), z.record(z.string(), block)),
  output: z.record(z.string(), z.object({ value: z.unknown() })),
})
export type StackJson = z.infer<typeof stackSchema>

/** The text of a stack as `infra` would write it. */
export const synthesisedText = (stack: StackReference): string => {
  const folder = mkdtempSync(join(tmpdir(), 'synthesised-'))
  try {
    return readFileSync(synthesise(stack, { folder, backend: 's3' }).file, 'utf8')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export const synthesised = (stack: StackReference): StackJson => stackSchema.parse(JSON.parse(synthesisedText(stack)))

/** `aws_vpc.network_vpc`, sorted. */
export const addresses = ({ resource }: StackJson): readonly string[] =>
  Object.entries(resource)
    .flatMap(([type, named]) => Object.keys(named).map((name) => `${type}.${name}`))
    .toSorted()

/** Each resource of a type, by its name. */
export const resourcesOf = ({ resource }: StackJson, type: string): readonly [string, z.infer<typeof block>][] =>
  Object.entries(resource[type] ?? {})
