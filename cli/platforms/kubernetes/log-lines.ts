import type { LogLine } from '../platform.ts'

export type TimedLine = LogLine & { readonly at: string }

/** The kubelet writes `2026-11-22T16:47:27.123456789Z ` before each line; one that it cut has none. */
export const parseTimedLine = (line: string): { readonly at: string; readonly text: string } => {
  const space = line.indexOf(' ')
  const at = line.slice(0, Math.max(0, space))
  return /^\d{4}-\d\d-\d\dT\S+$/.test(at) ? { at, text: line.slice(space + 1) } : { at: '', text: line }
}

/** Nanoseconds are as many digits as there are: `.1Z` and `.10Z` are one moment, and both come after `Z`. */
const sortable = (at: string): string => {
  const [, whole = '', fraction = ''] = /^([^.Z]*)\.?(\d*)/.exec(at) ?? []
  return `${whole}.${fraction.padEnd(9, '0')}`
}

/** All lines in the order in which they were written; a line without a moment stays behind the one before it. */
export const mergeByTime = (logs: readonly (readonly TimedLine[])[]): readonly LogLine[] => {
  const keyed = logs.flatMap((lines) => {
    let key = ''
    return lines.map((line) => {
      key = line.at === '' ? key : sortable(line.at)
      return { key, line }
    })
  })
  return keyed
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ line: { service, instance, text } }) => ({ service, instance, text }))
}
