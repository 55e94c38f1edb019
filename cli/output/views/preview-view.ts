import type { PreviewReport } from '../../flows/observability/preview.ts'
import { printable } from '../printable.ts'
import { renderTable } from '../table.ts'

/** How many panels of each dashboard have data, which have none, and where the page is. */
export const previewView = (report: PreviewReport, { width }: { readonly width: number | null }): string => {
  const { environment, prometheus, dashboards, output, bytes } = report
  const silent = dashboards.every(({ panels, empty }) => panels === empty.length)
  const table = renderTable({
    columns: [
      { title: 'DASHBOARD', value: ({ title }) => title },
      { title: 'PANELS', value: ({ panels }) => String(panels), align: 'right' },
      { title: 'WITHOUT DATA', value: ({ empty }) => (empty.length === 0 ? '-' : empty.join(', ')) },
    ],
    rows: dashboards,
    width,
  })
  return printable(
    [
      `${environment} by ${prometheus}`,
      '',
      table,
      '',
      ...(silent ? ['This Prometheus knows nothing of what these panels ask; that is not the same as zero.'] : []),
      `The page is in ${output} (${Math.ceil(bytes / 1_000)} kB).`,
    ].join('\n'),
  )
}
