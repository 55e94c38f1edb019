import { z } from 'zod'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'

const given = <Value extends z.ZodType>(value: Value) => z.object({ value })
const word = z.string().min(1)

const schema = z.object({
  region: given(word),
  database_address: given(word),
  database_port: given(z.coerce.number().int()),
  database_master_secret_arn: given(word),
  cache_address: given(word),
  cache_port: given(z.coerce.number().int()),
  cache_user_name: given(word),
  key_arns: given(z.object({ secrets: word })),
})

/** What secrets are made of, as the stack's outputs say it. No secret. */
export type InstallationOutputs = {
  readonly region: string
  readonly database: { readonly host: string; readonly port: number; readonly masterSecret: string }
  readonly cache: { readonly host: string; readonly port: number; readonly user: string }
  readonly key: string
}

/** Throws OUTPUTS_MISSING (refused) with the names that are not there. */
export const parseInstallationOutputs = (outputs: unknown, installation: string): InstallationOutputs => {
  const parsed = schema.safeParse(outputs)
  if (!parsed.success) {
    const names = [...new Set(parsed.error.issues.map(({ path }) => String(path[0] ?? 'all of them')))]
    throw new ShopctlError({
      code: 'OUTPUTS_MISSING',
      outcome: 'refused',
      what: `The stack of ${installation} does not say where its secrets belong; none was made.`,
      why: names.map((name) => `output ${name} is missing or not as it should be`),
      fix: [toType(`infra up --env ${installation}`)],
    })
  }
  const { data } = parsed
  return {
    region: data.region.value,
    database: {
      host: data.database_address.value,
      port: data.database_port.value,
      masterSecret: data.database_master_secret_arn.value,
    },
    cache: { host: data.cache_address.value, port: data.cache_port.value, user: data.cache_user_name.value },
    key: data.key_arns.value.secrets,
  }
}
