import { z } from 'zod'

const stateSchema = z.object({
  resources: z
    .array(
      z.object({
        mode: z.string(),
        type: z.string(),
        name: z.string(),
        instances: z.array(z.object({ status: z.string().optional() })).default([]),
      }),
    )
    .default([]),
})

const configurationSchema = z.object({
  resource: z
    .record(
      z.string(),
      z.record(z.string(), z.object({ lifecycle: z.object({ prevent_destroy: z.boolean() }).partial().optional() })),
    )
    .default({}),
})

/**
 * Addresses of what an interrupted run left half made and what the code forbids to destroy: Terraform would replace the
 * one and refuses to for the other, so that no plan can be made. Takes the state and `cdk.tf.json`.
 */
export const protectedHalfMade = (state: unknown, configuration: unknown): readonly string[] => {
  const { resource: code } = configurationSchema.parse(configuration)
  return stateSchema
    .parse(state)
    .resources.filter(
      ({ mode, instances }) => mode === 'managed' && instances.some(({ status }) => status === 'tainted'),
    )
    .filter(({ type, name }) => code[type]?.[name]?.lifecycle?.prevent_destroy === true)
    .map(({ type, name }) => `${type}.${name}`)
}
