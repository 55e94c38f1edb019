import type { ScanResult } from '../../flows/scan.ts'
import { renderTable } from '../../images/scan/render-table.ts'
import { printable } from '../printable.ts'

const filesOf = (files: ScanResult['scans'][number]['files']): readonly string[] =>
  Object.values(files).map((path) => `  ${path}`)

/** Every scan as its table, the files that were written, and the verdict last. */
export const scanView = ({ verdict, scans, unusedWaivers }: ScanResult): string => {
  const tables = scans.flatMap(({ document, files }) => [renderTable(document), ...filesOf(files), ''])
  const blocking = scans.reduce((sum, { document }) => sum + document.blocking.length, 0)
  const unused = unusedWaivers.map(({ id }) => id).join(', ')
  return printable(
    [
      ...tables,
      ...(unused === '' ? [] : [`Nothing needs the waivers for ${unused} any more.`]),
      verdict === 'passed' ? 'Passed: nothing blocks.' : `Blocked by ${blocking} findings.`,
    ].join('\n'),
  )
}
