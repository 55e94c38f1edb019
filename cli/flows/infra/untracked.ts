import { z } from 'zod'

const resource = z.object({ values: z.record(z.string(), z.unknown()) })

const stateSchema = z
  .object({ values: z.object({ root_module: z.object({ resources: z.array(resource).default([]) }) }).optional() })
  .nullable()

/** Every ARN and every id that a state knows, of `terraform show -json`. */
export const knownIdentities = (state: unknown): ReadonlySet<string> => {
  const resources = stateSchema.parse(state)?.values?.root_module.resources ?? []
  const texts = resources.flatMap(({ values }) => [values.arn, values.id, values.key_id])
  return new Set(texts.filter((text) => typeof text === 'string'))
}

/** `arn:aws:ec2:us-east-1:123456789012:vpc/vpc-1` ends in the id, after the last `/` or `:`. */
const idIn = (arn: string): string => arn.split(/[/:]/).at(-1) ?? arn

/** Ours by their tags, but in no state: left by a run that was killed. Some states know the ARN, others the id in it. */
export const untrackedOf = (
  tagged: readonly string[],
  known: ReadonlySet<string>,
): readonly { readonly arn: string }[] =>
  tagged.filter((arn) => !known.has(arn) && !known.has(idIn(arn))).map((arn) => ({ arn }))
