import type { SecretEntry } from './secret-entry.ts'

/** The services hear of each other's events by the Redis that all of them have, unless somebody names another bus. */
export const busEntries = (entries: readonly SecretEntry[]): readonly SecretEntry[] => {
  const redis = entries.findLast(({ service, name }) => service === '*' && name === 'REDIS_URL')
  return redis === undefined ? [] : [{ ...redis, name: 'EVENT_BUS_URL' }]
}
