import type { UpReport } from '../../flows/up/up-report.ts'
import { renderTable } from '../table.ts'
import { durationInWords } from '../words-for-time.ts'
import { directionsView } from './deploy-view.ts'

const words = {
  done: 'done',
  'found-done': 'found done',
  skipped: 'skipped',
  'would-change': 'WOULD CHANGE',
  'not-known': 'not known yet',
} as const

const headlines = {
  up: (environment: string) => `${environment} is up.`,
  'would-change': (environment: string) => `${environment}: this is what \`up\` would do; nothing was changed.`,
  unchanged: (environment: string) => `${environment}: \`up\` would change nothing.`,
} as const

/** How each step came out, where the shop is, and what to type next. */
export const upView = (
  { environment, outcome, steps, directions }: UpReport,
  { width, next }: { readonly width: number | null; readonly next: string },
): string => {
  const table = renderTable({
    columns: [
      { title: 'STEP', value: ({ title }) => title },
      { title: 'RESULT', value: ({ state }) => words[state] },
      {
        title: 'TOOK',
        value: ({ state, milliseconds }) =>
          state === 'skipped' || state === 'not-known' ? '-' : durationInWords(milliseconds),
        align: 'right',
      },
      { title: 'WHAT', value: ({ detail }) => detail },
    ],
    rows: steps,
    width,
  })
  const parts = [headlines[outcome](environment), table, ...(directions === null ? [] : [directionsView(directions)])]
  return [...parts, `Next: ${next}`].join('\n\n')
}
