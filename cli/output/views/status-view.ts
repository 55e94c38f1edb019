import type { StatusResult } from '../../flows/status.ts'
import { renderTable } from '../table.ts'
import { ageInWords, durationInWords } from '../words-for-time.ts'
import { commitWords, originWords, shortDigest } from './release-words.ts'

const headline = ({ environment, state, current, running }: StatusResult, now: Date): string => {
  if (current === null && running.serving !== null) {
    return `${environment} is on release ${running.serving}, of which there is no record; the next deploy replaces it.`
  }
  if (current === null) return `${environment} is down: no release has succeeded yet.`
  const since = current.finishedAt === null ? '' : `, ${ageInWords(current.finishedAt, now)}`
  const origin = current.promotedFrom === null ? '' : `, promoted from ${originWords(current.promotedFrom)}`
  const release = `release ${current.number} by ${current.who}${since}${origin}, commit ${commitWords(current)}`
  if (state === 'up') return `${environment} is up at ${running.entry}: ${release}`
  return `${environment} is ${state}; it should be on ${release}`
}

/** What is up, one line an instance. */
export const statusView = (result: StatusResult, { now, width }: { now: Date; width: number | null }): string => {
  const table = renderTable({
    columns: [
      { title: 'SERVICE', value: ({ service }) => service },
      { title: 'STATE', value: ({ state }) => state },
      { title: 'DIGEST', value: ({ digest }) => shortDigest(digest) },
      { title: 'INSTANCE', value: ({ name }) => name },
      {
        title: 'UP',
        value: ({ sinceSeconds }) => (sinceSeconds === null ? '-' : durationInWords(sinceSeconds * 1000)),
      },
      { title: 'DETAIL', value: ({ detail }) => detail },
    ],
    rows: result.running.instances,
    width,
  })
  const unfinished =
    result.unfinished === null
      ? []
      : [
          result.unfinished.owner === 'at work'
            ? `Release ${result.unfinished.release} is being released now.`
            : `Release ${result.unfinished.release} was left unfinished by a shopctl that is gone; the next deploy mends it.`,
        ]
  const drift = result.drift.map(
    ({ object, path, from, to, by }) =>
      `Changed by ${by ?? 'another hand'}: ${object} ${path} is ${to ?? 'gone'}, not ${from ?? 'absent'}.`,
  )
  return [
    headline(result, now),
    ...unfinished,
    ...drift,
    ...(result.running.instances.length > 0 ? ['', table] : []),
  ].join('\n')
}
