import type { TopLook } from '../../flows/top.ts'
import { renderTable } from '../table.ts'

type Row = TopLook['rows'][number]

const rate = (value: number | null): string => {
  if (value === null) return '-'
  return value < 10 ? value.toFixed(1) : String(Math.round(value))
}

const percent = (ratio: number | null): string => {
  if (ratio === null) return '-'
  return ratio === 0 ? '0 %' : `${Number((ratio * 100).toPrecision(2))} %`
}

const milliseconds = (value: number | null): string => {
  if (value === null) return '-'
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`
}

const instances = ({ instances: count, silent }: Row): string => {
  if (count === 0) return 'none'
  return silent === 0 ? String(count) : `${count}, ${silent} silent`
}

const headline = ({ environment, at, releases, prometheus }: TopLook): string => {
  const { serving, next } = releases
  const on = serving === null ? 'no release' : `release ${serving}`
  const to = next === null ? '' : `, ${next} is being released`
  const by = prometheus === null ? 'as its instances count' : `by ${prometheus}, last minute`
  return `${environment}: ${on}${to}  ${at.slice(11, 19)}Z  ${by}`
}

/** One line a service; two while one release takes the place of another. */
export const topView = (look: TopLook, { width }: { readonly width: number | null }): string => {
  if (look.trouble !== null) return [headline(look), '', look.trouble].join('\n')
  const { serving, next } = look.releases
  const isRolling = look.rows.some(({ side }) => side === 'next')
  const release = ({ side }: Row) => String((side === 'next' ? next : serving) ?? '-')
  const table = renderTable({
    columns: [
      { title: 'SERVICE', value: ({ service }) => service },
      ...(isRolling ? [{ title: 'RELEASE', value: release }] : []),
      { title: 'INSTANCES', value: instances },
      { title: 'REQ/S', value: ({ requestsPerSecond }) => rate(requestsPerSecond), align: 'right' },
      { title: 'ERRORS', value: ({ errorRatio }) => percent(errorRatio), align: 'right' },
      { title: 'P50', value: ({ p50Milliseconds }) => milliseconds(p50Milliseconds), align: 'right' },
      { title: 'P95', value: ({ p95Milliseconds }) => milliseconds(p95Milliseconds), align: 'right' },
    ],
    rows: look.rows,
    width,
  })
  const down = look.rows.every((row) => row.instances === row.silent)
  return [headline(look), '', table, ...(down ? ['', 'Nothing answers: the shop is down.'] : [])].join('\n')
}
