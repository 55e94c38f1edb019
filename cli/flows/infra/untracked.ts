import { z } from 'zod'

const resource = z.object({ values: z.record(z.string(), z.unknown()) })

/** Of a plan's JSON what it found: every resource as AWS has it now. */
const planSchema = z.object({
  prior_state: z
    .object({ values: z.object({ root_module: z.object({ resources: z.array(resource).default([]) }) }).optional() })
    .optional(),
})

/** Every ARN and every id that the state behind a plan knows. */
export const knownIdentities = (plan: unknown): ReadonlySet<string> => {
  const resources = planSchema.parse(plan).prior_state?.values?.root_module.resources ?? []
  const texts = resources.flatMap(({ values }) => [values.arn, values.id, values.key_id])
  return new Set(texts.filter((text) => typeof text === 'string'))
}

/**
 * What AWS makes out of what is ours and gives our tags to: nodes and what hangs on them by the launch template, members
 * and backups of the database and the cache. Secrets below our prefix are made by shopctl itself.
 */
const madeOfOurs: readonly RegExp[] = [
  /^ec2:(instance|volume|network-interface|fleet|snapshot)\//,
  /^autoscaling:/,
  /^elasticache:(cluster|snapshot):/,
  /^rds:(snapshot|auto-backup):/,
  /^secretsmanager:secret:(shop\/|rds!)/,
]

/** `arn:aws:ec2:us-east-1:123456789012:vpc/vpc-1` is `ec2:vpc/vpc-1`. */
const withinAccount = (arn: string): string => {
  const [, , service = '', , , ...rest] = arn.split(':')
  return `${service}:${rest.join(':')}`
}

/** The id after the last `/` or `:`. */
const idIn = (arn: string): string => arn.split(/[/:]/).at(-1) ?? arn

/** Ours by their tags, but in no state: left by a run that was killed. Some states know the ARN, others the id in it. */
export const untrackedOf = (
  tagged: readonly string[],
  known: ReadonlySet<string>,
): readonly { readonly arn: string }[] =>
  tagged
    .filter((arn) => !known.has(arn) && !known.has(idIn(arn)))
    .filter((arn) => !madeOfOurs.some((pattern) => pattern.test(withinAccount(arn))))
    .map((arn) => ({ arn }))
