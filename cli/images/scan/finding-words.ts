import { stripVTControlCharacters } from 'node:util'
import type { JudgedFinding } from './scan-verdict.ts'

const dayMilliseconds = 86_400_000

/** What others wrote, on one line and without what moves a cursor. */
export const plain = (text: string): string =>
  stripVTControlCharacters(text)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()

export const clipped = (text: string, columns: number): string => {
  const letters = [...plain(text)]
  return letters.length <= columns ? letters.join('') : `${letters.slice(0, columns - 1).join('')}…`
}

/** `musl 1.1.20-r4`, or `deploy.sh:3`. */
export const whatIsFound = ({ package: of, target, line }: JudgedFinding): string =>
  of === null ? `${target}${line === null ? '' : `:${line}`}` : `${of.name} ${of.version}`

export const remedy = ({ kind, fixedVersion, resolution }: JudgedFinding): string => {
  if (resolution !== null) return resolution
  if (fixedVersion !== null) return `fixed in ${fixedVersion}`
  return kind === 'vulnerability' ? 'no fix yet' : 'no advice'
}

/** `known for 412 days`; empty where nobody said since when. */
export const ageWords = ({ publishedAt }: JudgedFinding, now: string): string => {
  const days = Math.floor((Date.parse(now) - Date.parse(publishedAt ?? '')) / dayMilliseconds)
  if (Number.isNaN(days) || days < 0) return ''
  return days === 1 ? 'known for 1 day' : `known for ${days} days`
}

export const judgementWords = ({ judgement, reason }: JudgedFinding): string =>
  reason === null ? judgement : `${judgement}: ${reason}`
