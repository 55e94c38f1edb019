import type { CostComparison } from '../../infrastructure/cost/compare-plans.ts'
import type { CostGate } from '../../infrastructure/cost/cost-gate.ts'
import { inDollars, inDollarsMore } from '../../infrastructure/cost/money.ts'
import type { CostEstimate, CostLine } from '../../infrastructure/cost-estimate.ts'
import { renderTable } from '../table.ts'
import { wrapWords } from '../wrap-words.ts'

export type CostViewRequest = {
  /** `prod`, `shop-prod`. */
  readonly subject: string
  readonly gate: CostGate
  /** Width of the terminal; null where there is none: then lines are for 80 columns. */
  readonly width: number | null
}

/** The whole estimate: the verdict first, then where the money goes, what is not known, and what could be saved. */
export const costView = (estimate: CostEstimate, { subject, gate, width }: CostViewRequest): string => {
  const columns = width ?? 80
  const say = (text: string) => wrapWords(text, { first: '', rest: '  ', columns })
  const listed = (text: string) => wrapWords(text, { first: '  ', rest: '    ', columns })
  const { monthly, unpriced, delta } = estimate
  const atLeast = unpriced.length === 0 ? '' : 'at least '
  const sections: readonly (readonly string[])[] = [
    [
      say(
        `${subject}: ${atLeast}${inDollars(monthly.total.expected)}${unsureMark(estimate)} USD a month expected, ${budgetInWords(estimate)} (${inDollars(monthly.total.low)} to ${inDollars(monthly.total.high)} by use)`,
      ),
      say(
        `Fixed ${atLeast}${inDollars(monthly.fixed)}${unsureMark(estimate)}, usage ${inDollars(monthly.usage.expected)}.`,
      ),
      say(`The plan changes the fixed part by ${inDollarsMore(delta)}.`),
      ...gateLines(gate).map(say),
    ],
    unpriced.length === 0
      ? []
      : ['Without a price, in no sum', ...unpriced.map((line) => listed(`${line.subject}, ${line.item}: ${line.why}`))],
    titled('Fixed, whatever users do', linesTable(estimate.fixed, width)),
    titled('By use, as it is expected', linesTable(estimate.usage, width)),
    estimate.outside.length === 0
      ? []
      : [
          ...titled('Outside Terraform, in no sum above', linesTable(estimate.outside, width)),
          say(withOutside(estimate)),
        ],
    titled('Beside the documented sheet', sheetTable(estimate, width)),
    estimate.savings.length === 0
      ? []
      : [
          'Could be saved',
          ...estimate.savings.flatMap((saving) => [
            `  ${saving.name}`,
            wrapWords(saving.arithmetic, { first: '    ', rest: '      ', columns }),
          ]),
        ],
    ['Taken for granted', ...estimate.assumptions.map((text) => listed(text))],
    priceMarks(estimate).map(say),
  ]
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
}

const budgetInWords = ({ verdict, budget }: CostEstimate): string =>
  `${verdict === 'within' ? 'within' : 'above'} the budget of ${inDollars(budget)}`

/** A sum is as sure as the least sure of its lines. */
const unsureMark = ({ fixed, usage }: CostEstimate): string =>
  [...fixed, ...usage].some(({ verified }) => !verified) ? '?' : ''

const gateLines = ({ outcome, findings, largest, allowedBecause }: CostGate): readonly string[] =>
  outcome === 'passed'
    ? []
    : [
        ...findings.map((finding) => `Too much: ${finding}.`),
        `Most of it: ${largest.map((line) => `${line.item} ${inDollars(line.monthly)}${marksOf(line)}`).join(', ')}.`,
        ...(allowedBecause === null ? [] : [`Accepted all the same: ${allowedBecause}`]),
      ]

const titled = (title: string, table: string | null): readonly string[] => (table === null ? [] : [title, table])

type Row = {
  readonly name: string
  readonly quantity: number
  readonly monthly: number
  readonly line: CostLine
}

/** The same price for the same thing is one row: eight keys are not eight lines. */
const rowsOf = (lines: readonly CostLine[]): readonly Row[] =>
  [...Map.groupBy(lines, ({ item, sku, unitPrice }) => `${item} ${sku} ${unitPrice}`).values()]
    .flatMap((same): readonly Row[] => {
      const [line] = same
      if (line === undefined) return []
      const sum = (of: (one: CostLine) => number) => same.reduce((total, one) => total + of(one), 0)
      const count = same.length === 1 ? '' : `${same.length} × `
      return [
        {
          name: `${count}${line.item}${sizeOf(line)}`,
          quantity: sum(({ quantity }) => quantity),
          monthly: sum(({ monthly }) => monthly),
          line,
        },
      ]
    })
    .toSorted((one, other) => other.monthly - one.monthly)

/** The size is worth its room only where one was chosen. */
const sizeOf = ({ sku }: CostLine): string => {
  const [service = '', size = ''] = sku.split('/')
  return ['ec2', 'rds', 'cache'].includes(service) ? ` ${size}` : ''
}

const quantityInWords = ({ quantity, line: { unit } }: Row): string => {
  const words = quantity.toLocaleString('en-US')
  if (unit === 'month') return words
  return /^\d/.test(unit) ? `${words} × ${unit}` : `${words} ${unit}`
}

const marksOf = ({ verified, stale }: Pick<CostLine, 'verified' | 'stale'>): string =>
  `${verified ? '' : '?'}${stale ? '*' : ''}`

const linesTable = (lines: readonly CostLine[], width: number | null): string | null =>
  lines.length === 0
    ? null
    : renderTable<Row>({
        columns: [
          { title: 'ITEM', value: ({ name }) => name },
          {
            title: 'QUANTITY',
            value: quantityInWords,
            align: 'right',
          },
          {
            title: 'EACH',
            value: ({ line }) => line.unitPrice.toLocaleString('en-US', { maximumFractionDigits: 5 }),
            align: 'right',
          },
          { title: 'USD A MONTH', value: ({ monthly }) => inDollars(monthly), align: 'right' },
          { title: '', value: ({ line }) => marksOf(line) },
        ],
        rows: rowsOf(lines),
        width,
      })

const withOutside = ({ outside, monthly, budget }: CostEstimate): string => {
  const sum = monthly.total.expected + outside.reduce((total, line) => total + line.monthly, 0)
  return `With them the month is expected to cost ${inDollars(sum)}${sum > budget ? ', which is above the budget' : ''}.`
}

const sheetTable = ({ sheet }: CostEstimate, width: number | null): string | null =>
  sheet.length === 0
    ? null
    : renderTable({
        columns: [
          { title: 'GROUP', value: ({ group }) => group },
          { title: 'ITEM', value: ({ item }) => item },
          { title: 'SHEET', value: ({ documented }) => inDollars(documented), align: 'right' },
          { title: 'COMPUTED', value: ({ computed }) => inDollars(computed), align: 'right' },
          { title: '', value: ({ verified }) => (verified ? '' : '?') },
        ],
        rows: sheet,
        width,
      })

const priceMarks = ({ fixed, usage, outside, oldestPrice }: CostEstimate): readonly string[] => {
  const all = [...fixed, ...usage, ...outside]
  return [
    ...(all.some(({ verified }) => !verified) ? ['? this price was never checked against AWS'] : []),
    ...(oldestPrice?.stale
      ? [`* this price is older than 180 days; the oldest was recorded on ${oldestPrice.recorded}`]
      : []),
    ...(oldestPrice === null || oldestPrice.stale
      ? []
      : [`Prices are from an offline table; the oldest was recorded on ${oldestPrice.recorded}.`]),
  ]
}

/** Two plans side by side, as a pull request wants them: only what differs. */
export const costComparisonView = (comparison: CostComparison, width: number | null): string => {
  const { added, gone, changed, fixed, total, unpriced } = comparison
  const rows = [
    ...added.map((line) => ({ sign: '+', line, from: '', to: inDollars(line.monthly), difference: line.monthly })),
    ...gone.map((line) => ({ sign: '-', line, from: inDollars(line.monthly), to: '', difference: -line.monthly })),
    ...changed.map(({ from, to, difference }) => ({
      sign: '~',
      line: to,
      from: inDollars(from.monthly),
      to: inDollars(to.monthly),
      difference,
    })),
  ]
  const hasUnpriced = unpriced.added.length + unpriced.gone.length > 0
  const words = `The expected month changes by ${hasUnpriced ? 'what has no price and ' : ''}${inDollarsMore(total)}, its fixed part by ${inDollarsMore(fixed)}.`
  const priceless = (sign: string, lines: CostComparison['unpriced']['added']) =>
    lines.map(({ subject, item, why }) =>
      wrapWords(`${subject}, ${item}: ${why}`, { first: `${sign} `, rest: '  ', columns: width ?? 80 }),
    )
  const table = renderTable({
    columns: [
      { title: '', value: ({ sign }) => sign },
      { title: 'ITEM', value: ({ line }) => `${line.item}${sizeOf(line)}` },
      { title: 'FROM', value: ({ from }) => from, align: 'right' },
      { title: 'TO', value: ({ to }) => to, align: 'right' },
      { title: 'DIFFERENCE', value: ({ difference }) => inDollarsMore(difference), align: 'right' },
      { title: '', value: ({ line }) => marksOf(line) },
    ],
    rows,
    width,
  })
  return [
    wrapWords(words, { first: '', rest: '', columns: width ?? 80 }),
    ...(rows.length === 0 ? [] : ['', table]),
    ...(hasUnpriced
      ? ['', 'Without a price', ...priceless('+', unpriced.added), ...priceless('-', unpriced.gone)]
      : []),
  ].join('\n')
}
