import type { ScanResult } from '../../flows/scan.ts'
import type { ScannedEnvironment } from '../../flows/scan-environment.ts'
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

const scannedWords = (verdict: 'passed' | 'blocked' | 'not-scanned'): string =>
  verdict === 'not-scanned' ? 'not scanned' : verdict

/** One line for each image, with where its findings and their age are. */
export const scannedEnvironmentView = ({ environment, images }: ScannedEnvironment): string =>
  printable(
    images.length === 0
      ? `${environment} runs bundles as they are: there is no image to scan.`
      : images
          .map(({ service, verdict, report, why }) => `${service}: ${scannedWords(verdict)}  ${report ?? why ?? ''}`)
          .join('\n'),
  )
