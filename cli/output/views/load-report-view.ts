import { objectiveText } from '../../../loadtest/engine/objectives/objective.ts'
import type { LoadReport } from '../../flows/loadtest/report.ts'
import { printable } from '../printable.ts'
import { renderTable } from '../table.ts'

/** The objectives, what limited the run, where the report is, and the verdict last. */
export const loadReportView = (report: LoadReport, { width }: { readonly width: number | null }): string => {
  const { judgements, factors, verdict, output, bytes, environment, profile } = report
  const objectives = renderTable({
    columns: [
      { title: 'OBJECTIVE', value: ({ objective }) => objectiveText(objective) },
      { title: 'VERDICT', value: ({ verdict: one }) => one },
      { title: 'BECAUSE', value: ({ because }) => because },
    ],
    rows: judgements,
    width,
  })
  return printable(
    [
      `Load test "${profile}" on ${environment}`,
      '',
      ...(judgements.length === 0 ? [] : [objectives, '']),
      ...factors.map(({ isLimit, sentence }) => `${isLimit ? '!' : ' '} ${sentence}`),
      '',
      `The report is in ${output} (${Math.ceil(bytes / 1_000)} kB).`,
      verdict.headline,
    ].join('\n'),
  )
}
