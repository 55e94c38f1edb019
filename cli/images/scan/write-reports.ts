import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { renderHtml } from './render-html.ts'
import { renderSarif } from './render-sarif.ts'
import { renderSbom } from './render-sbom.ts'
import { renderTable } from './render-table.ts'
import type { ScanDocument } from './scan-document.ts'

/** How a scan can be read; the words are those of `--format`. */
export const reportFormats = ['json', 'table', 'html', 'sarif', 'sbom'] as const
export type ReportFormat = (typeof reportFormats)[number]

type Rendering = { readonly ending: string; readonly render: (document: ScanDocument) => string }

const renderings: Readonly<Record<ReportFormat, Rendering>> = {
  json: { ending: 'json', render: (document) => `${JSON.stringify(document, null, 2)}\n` },
  table: { ending: 'txt', render: renderTable },
  html: { ending: 'html', render: renderHtml },
  sarif: { ending: 'sarif.json', render: renderSarif },
  sbom: { ending: 'cdx.json', render: renderSbom },
}

/** Replaces a file as a whole: whoever reads sees the old text or the new one. */
export const replaceFile = async (path: string, text: string): Promise<void> => {
  const written = `${path}.${randomUUID()}.tmp`
  await mkdir(dirname(path), { recursive: true })
  try {
    await writeFile(written, text)
    await rename(written, path)
  } finally {
    await rm(written, { force: true })
  }
}

const fileName = (subject: string): string => subject.replace(/[^\w.-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '') || 'scan'

export type ReportFiles = Readonly<Partial<Record<ReportFormat, string>>>

/** Writes `<subject>.scan.<ending>` for each format and answers where. */
export const writeReports = async (
  document: ScanDocument,
  { directory, formats }: { directory: string; formats: readonly ReportFormat[] },
): Promise<ReportFiles> => {
  const written = await Promise.all(
    formats.map(async (format) => {
      const { ending, render } = renderings[format]
      const path = join(directory, `${fileName(document.subject)}.scan.${ending}`)
      await replaceFile(path, render(document))
      return [format, path] as const
    }),
  )
  return Object.fromEntries(written)
}
