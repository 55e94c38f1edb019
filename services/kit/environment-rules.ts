import type { z } from 'zod'

type Shape = Readonly<Record<string, z.ZodType>>
type Values = Readonly<Record<string, string>>

/** Settings that hold a secret, by their name. */
const secretName = /(KEYS?|SECRETS?|PASSWORD)$/
/** How the secrets of documentation, tests and tutorials read. */
const exampleText = /example|change-?me|of[- ]the[- ]tests|random characters|password|secret|0123456789/i

/** What a setting that is given must not be in this environment, by name: dangers that must not follow into production. */
export function environmentFaults(shape: Shape, values: Values): { readonly name: string; readonly rule: string }[] {
  const { SHOP_ENV: environment } = values
  return Object.entries(values).flatMap(([name, value]) => {
    const { onlyIn, refusedIn } = shape[name]?.meta() ?? {}
    const rules = [
      refusedIn !== undefined && environment === refusedIn ? `is not for SHOP_ENV ${refusedIn}` : null,
      typeof onlyIn === 'string' && environment !== onlyIn ? `is only for SHOP_ENV ${onlyIn}` : null,
      environment === 'prod' && isExample(name, value) ? 'must not be an example where SHOP_ENV is prod' : null,
    ]
    return rules.flatMap((rule) => (rule === null ? [] : [{ name, rule }]))
  })
}

function isExample(name: string, value: string): boolean {
  if (!secretName.test(name) || value.startsWith('[')) return false
  return exampleText.test(value) || new Set(value).size < 8
}

/** Variables that look like settings of ours and are none: most likely misspelt, or of another release. */
export function unknownSettings(shape: Shape, environment: Readonly<Record<string, string | undefined>>): string[] {
  const known = Object.keys(shape).flatMap((name) => [name, `${name}_FILE`])
  const prefixes = new Set(known.filter((name) => name.includes('_')).map((name) => `${name.split('_')[0]}_`))
  // The OpenTelemetry SDK reads more of its own.
  prefixes.delete('OTEL_')
  return Object.keys(environment).filter((name) => {
    const [prefix] = name.split('_')
    return prefixes.has(`${prefix}_`) && name.includes('_') && !known.includes(name) && !ofKubernetes.test(name)
  })
}

/** Set in every pod for every service of its namespace. */
const ofKubernetes = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP)(_\w+)?)?)$/
