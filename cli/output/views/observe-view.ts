import { toType } from '../../errors/to-type.ts'
import type { ObserveResult, StopObservingResult } from '../../flows/observe.ts'
import { renderTable } from '../table.ts'
import { ageInWords } from '../words-for-time.ts'

const targetsLine = ({ targets }: ObserveResult): string => {
  const count = (health: string) => targets.filter((target) => target.health === health).length
  const parts = [
    [count('up'), 'answer'],
    [count('down'), 'do not'],
    [count('unknown'), 'not asked yet'],
  ].flatMap(([number, words]) => (number === 0 ? [] : [`${number} ${words}`]))
  return `Targets: ${targets.length === 0 ? 'none' : parts.join(', ')}`
}

const targetsTable = ({ targets }: ObserveResult, width: number | null): readonly string[] => {
  if (targets.length === 0) return []
  const table = renderTable({
    columns: [
      { title: 'JOB', value: ({ job }) => job },
      { title: 'INSTANCE', value: ({ instance }) => instance },
      { title: 'HEALTH', value: ({ health }) => (health === 'unknown' ? 'not asked yet' : health) },
      { title: 'ERROR', value: ({ error }) => error },
    ],
    rows: targets,
    width,
  })
  return ['', table]
}

type Look = { readonly now: Date; readonly width: number | null }

const alertsTable = ({ alerts }: ObserveResult, { now, width }: Look): readonly string[] => {
  if (alerts.length === 0) return ['', 'Alerts: none']
  const table = renderTable({
    columns: [
      { title: 'ALERT', value: ({ alert }) => alert },
      { title: 'STATE', value: ({ state }) => state },
      { title: 'SEVERITY', value: ({ severity }) => severity ?? '-' },
      { title: 'SERVICE', value: ({ service }) => service ?? '-' },
      { title: 'SINCE', value: ({ since }) => (since === null ? '-' : ageInWords(since, now)) },
      { title: 'SUMMARY', value: ({ summary }) => summary ?? '' },
    ],
    rows: alerts,
    width,
  })
  return ['', table]
}

/** Where to look, what is asked, what fires. */
export const observeView = (result: ObserveResult, look: Look): string => {
  const { environment, prometheus, alertmanager, shop } = result
  const down =
    shop === 'up'
      ? []
      : [`${environment} is down: there is nothing to see until ${toType(`deploy --env ${environment}`)}`]
  return [
    `Prometheus    ${prometheus.url}  ${prometheus.state}`,
    `Alertmanager  ${alertmanager.url}  ${alertmanager.state}`,
    ...down,
    targetsLine(result),
    ...targetsTable(result, look.width),
    ...alertsTable(result, look),
    '',
    `Both go on until ${toType(`observe --env ${environment} --stop`)}`,
    `See also: ${toType(`top --env ${environment}`)}, ${toType(`slo --env ${environment}`)}`,
  ].join('\n')
}

const names = { prometheus: 'Prometheus', alertmanager: 'Alertmanager' } as const

export const stoppedObservingView = ({ environment, stopped }: StopObservingResult): string =>
  stopped.length === 0
    ? `Nothing watches ${environment}; nothing was ended.`
    : `${stopped.map((name) => names[name]).join(' and ')} ended; what was measured stays.`
