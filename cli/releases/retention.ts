import type { ReleaseRecord } from './release.ts'

/** What a person may still look at, and what may still be gone back to. */
const kept = { newest: 50, succeeded: 20 } as const

/** Numbers of the records that nobody needs any more. `records` are newest first; the newest always stays. */
export const recordsToForget = (records: readonly ReleaseRecord[]): readonly number[] => {
  const succeeded = records.filter(({ state }) => state === 'succeeded').slice(0, kept.succeeded)
  const needed = new Set(
    [...records.slice(0, kept.newest), ...succeeded].flatMap(({ number, restores, previous }) => [
      number,
      ...(restores === null ? [] : [restores]),
      ...(previous === null ? [] : [previous]),
    ]),
  )
  return records.map(({ number }) => number).filter((number) => !needed.has(number))
}
