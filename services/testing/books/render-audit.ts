import { type Audited, isOff } from './audit-books.ts'

/** A line for each rule, below it the first that are off, and the verdict. */
export function renderAudit(audited: readonly Audited[]): string {
  const says = Math.max(...audited.map((rule) => rule.says.length))
  const lines = audited.flatMap(({ area, says: rule, found }) => {
    const counts = found === undefined ? 'not looked at' : `${columnOf(found.looked)}${columnOf(found.off)}`
    const first = (found?.first ?? []).map((offender) => `${' '.repeat(areaWidth)}  ! ${offender}`)
    return [`${area.padEnd(areaWidth)}${rule.padEnd(says)}  ${counts}`, ...first]
  })
  const head = `${''.padEnd(areaWidth)}${''.padEnd(says)}  ${'looked at'.padStart(width)}${'off'.padStart(width)}`
  return [head, ...lines, '', verdictOf(audited), ''].join('\n')
}

const areaWidth = 10
const width = 11
const columnOf = (count: number): string => String(count).padStart(width)

function verdictOf(audited: readonly Audited[]): string {
  const off = audited.filter(isOff).length
  if (off > 0) return `The books do not balance: ${off} of ${audited.length} rules are off.`
  const skipped = audited.filter(({ found }) => found === undefined).length
  return `The books balance to the cent${skipped === 0 ? '.' : `; ${skipped} rules were not looked at.`}`
}
