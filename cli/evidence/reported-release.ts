import type { RunReport } from './run-reports.ts'

/** What the newest deploy or promotion of an environment says that it has released. */
export type ReportedRelease =
  | { readonly kind: 'released'; readonly number: number; readonly typed: string }
  | { readonly kind: 'nothing'; readonly why: string }

const shipping: ReadonlySet<string> = new Set(['deploy', 'release promote'])

/** One that ended before it said where it goes may have been meant for here. */
const shippedTo = ({ events, document }: RunReport, environment: string): boolean => {
  const started = events.find((event) => event.type === 'flow.started')
  if (started === undefined) return shipping.has(document.command)
  return started.environment === environment && shipping.has(started.flow)
}

const nothing = (why: string): ReportedRelease => ({ kind: 'nothing', why })

export const reportedRelease = (reports: readonly RunReport[], environment: string): ReportedRelease => {
  const [newest] = reports
    .filter((report) => shippedTo(report, environment))
    .toSorted((one, other) => Date.parse(other.startedAt) - Date.parse(one.startedAt))
  if (newest === undefined) return nothing(`no deploy or promotion of ${environment} has left a report`)
  const { typed, events } = newest
  const opened = events.findLast((event) => event.type === 'release.opened')
  if (opened === undefined) return nothing(`"${typed}" has opened no release`)
  // What it mended before was closed too, under its own number.
  const closed = events.findLast((event) => event.type === 'release.closed' && event.release === opened.release)
  if (closed?.type === 'release.closed' && closed.state === 'succeeded') {
    return { kind: 'released', number: opened.release, typed }
  }
  const state = closed?.type === 'release.closed' ? `ended as "${closed.state}"` : 'did not end'
  return nothing(`release ${opened.release} of "${typed}" ${state}`)
}
