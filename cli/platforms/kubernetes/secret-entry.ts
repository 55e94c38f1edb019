import type { ServiceName } from '../../../services/registry.ts'

/** One setting that the environment was given, and where it came from. The value is never shown. */
export type SecretEntry = {
  /** `*`: every service gets it. */
  readonly service: ServiceName | '*'
  readonly name: string
  readonly value: string
  /** For people: `Secrets Manager shop/staging/database-users`. */
  readonly origin: string
}

/** What one service is given by the entries; a later one wins, and one for the service over one for all. */
export const entriesOf = (service: string, entries: readonly SecretEntry[]): ReadonlyMap<string, SecretEntry> => {
  const forAll = entries.filter((entry) => entry.service === '*')
  const forOne = entries.filter((entry) => entry.service === service)
  return new Map([...forAll, ...forOne].map((entry) => [entry.name, entry]))
}
