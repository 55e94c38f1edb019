import type { CheckResult } from '../../flows/observability/check.ts'
import type { RenderResult } from '../../flows/observability/render.ts'
import { printable } from '../printable.ts'
import { renderTable } from '../table.ts'

export const renderedFilesView = ({ environments }: RenderResult): string =>
  environments.map(({ folder, files }) => `${files.length} files are in ${folder}.`).join('\n')

const verdictWords = { passed: 'passed', failed: 'says no', 'not-checked': 'not checked' } as const

const endings = {
  passed: 'Passed: every program takes what is rendered for it.',
  failed: 'Something that is rendered would not be taken.',
  'not-checked': 'Nothing says no, but not everything was checked.',
} as const

type Options = { readonly width: number | null }

/** A row for each program and environment, what was said by those that say no, and the verdict last, with what to type. */
export const observabilityCheckView = ({ verdict, environments }: CheckResult, { width }: Options): string => {
  const rows = environments.flatMap(({ environment, checks }) => checks.map((check) => ({ environment, ...check })))
  const table = renderTable({
    columns: [
      { title: 'environment', value: (row) => row.environment },
      { title: 'check', value: (row) => row.check },
      { title: 'verdict', value: (row) => verdictWords[row.verdict] },
      { title: 'note', value: ({ verdict: own, words }) => (own === 'failed' ? '' : words.join('; ')) },
    ],
    rows,
    width,
  })
  const said = rows
    .filter((row) => row.verdict === 'failed')
    .flatMap(({ environment, check, words }) => [`${environment}, ${check}:`, ...words.map((word) => `  ${word}`), ''])
  const fixes = new Set(rows.flatMap(({ fix }) => (fix === null ? [] : [`  Fix: ${fix}`])))
  return printable([table, '', ...said, endings[verdict], ...fixes].join('\n'))
}
