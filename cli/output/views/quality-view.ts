import type { QualityGateResult } from '../../flows/quality-gate.ts'
import type { QualityScanResult } from '../../flows/quality-scan.ts'
import { printable } from '../printable.ts'
import { renderTable } from '../table.ts'

export const qualityScanView = ({ projectKey, dashboardUrl, seconds }: QualityScanResult): string =>
  printable(`${projectKey} was scanned in ${seconds} s; SonarQube takes it in: ${dashboardUrl}`)

/** Every condition with its figure and its threshold, the failed ones first, and the verdict last. */
export const qualityGateView = (
  { verdict, dashboardUrl, conditions }: QualityGateResult,
  width: number | null,
): string => {
  const table = renderTable({
    columns: [
      { title: '', value: ({ state }) => (state === 'failed' ? 'FAILED' : 'ok') },
      { title: 'METRIC', value: ({ metric }) => metric },
      { title: 'IS', value: ({ actual }) => actual ?? '-', align: 'right' },
      { title: 'MUST BE', value: ({ wanted }) => wanted ?? '-' },
    ],
    rows: conditions,
    width,
  })
  const failed = conditions.filter(({ state }) => state === 'failed').length
  const said = verdict === 'passed' ? 'The quality gate passed' : `The quality gate failed on ${failed} conditions`
  return `${table}\n\n${said}: ${printable(dashboardUrl)}`
}
