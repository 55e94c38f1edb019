import { createHash } from 'node:crypto'
import { serviceNames } from '../../services/registry.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'

/** Settings whose values are ordinary words: to blank `info` or `local` in every line would hide more than it protects. */
const plainSettings: ReadonlySet<string> = new Set([
  'AUTH_UNVERIFIED_LOGIN',
  'DATABASE_POOL',
  'HOST',
  'LOG_LEVEL',
  'PAYMENT_PROVIDERS',
  'SHIPPING_CARRIERS',
  'SHOP_ENV',
  'SHUTDOWN_DELAY',
  'SIMULATED_PROVIDER_DELAY_MILLISECONDS',
  'SMS_PROVIDER',
  'TAX_BASIS_POINTS',
  'TOKEN_ISSUER',
  'TRUSTED_PROXY_HOPS',
])

const ordinaryWord = /^[\w.-]{1,16}$/

/** Whether this must never be shown. Nobody says so, so it is everything that is not known to be an ordinary word. */
export const isSecretSetting = (name: string, value: string): boolean =>
  !plainSettings.has(name) || !ordinaryWord.test(value)

/** The settings of one service: what may be shown, and what may not. */
export type ServiceSettings = {
  readonly variables: Readonly<Record<string, string>>
  readonly secrets: Readonly<Record<string, string>>
}

/** Whose it is (`*`: every service's), its name, its value. */
export type Override = readonly [service: string, name: string, value: string]

/** `NAME=value` for every service, `orders.NAME=value` for one; empty lines and `#` comments are passed over. */
export const parseOverrides = (text: string, file: string): readonly Override[] =>
  text.split('\n').flatMap((line, index) => {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) return []
    const match = /^(?:([a-z]+)\.)?([A-Z][A-Z0-9_]*)=(.*)$/.exec(trimmed)
    const [, service = '*', name, value] = match ?? []
    const known = service === '*' || serviceNames.some((each) => each === service)
    if (name === undefined || value === undefined || !known) {
      throw new ShopctlError({
        code: 'OVERRIDES_INVALID',
        outcome: 'refused',
        what: `Line ${index + 1} of ${file} is not a setting; nothing was changed.`,
        why: ['a line is NAME=value for every service, or users.NAME=value for one'],
      })
    }
    return [[service, name, value] as const]
  })

/** Names the settings by their content: a rollback finds exactly what ran. */
export const settingsHash = ({ variables, secrets }: ServiceSettings): string => {
  const sorted = (values: Readonly<Record<string, string>>) =>
    Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1))
  const text = JSON.stringify([sorted(variables), sorted(secrets)])
  return createHash('sha256').update(text).digest('hex').slice(0, 20)
}
