import type { AddOnsResult } from '../../flows/observability/apply.ts'
import type { AddOnsDownResult } from '../../flows/observability/down.ts'

const most = 40

/** An object that comes or goes is one line; of one that changes, its fields below it. */
const changes = ({ fields }: AddOnsResult): readonly string[] => {
  const lines = [...Map.groupBy(fields, ({ object }) => object)].flatMap(([object, differences]) => {
    const [first] = differences
    if (first?.path === '') return [`${first.to === null ? '-' : '+'} ${object}`]
    return [
      `~ ${object}`,
      ...differences.map(({ path, from, to }) => `    ${path}: ${from ?? '(none)'} → ${to ?? '(none)'}`),
    ]
  })
  return lines.length <= most
    ? lines
    : [...lines.slice(0, most), `… and ${lines.length - most} lines more (--json has all)`]
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`

const headline = (result: AddOnsResult): string => {
  const { environment, outcome, groups, created, changed, pruned, ready } = result
  const parts = groups.join(', ')
  switch (outcome) {
    case 'unchanged':
      return `Nothing ${ready === null ? 'would change' : 'changed'}: ${parts} of ${environment} is as the source has it${ready === null ? '' : ` and ready (${count(ready, 'workload')})`}.`
    case 'would-change':
      return `${parts} of ${environment} would change:`
    case 'applied':
      return `${parts} of ${environment}: ${created} created, ${changed} changed, ${pruned.length} deleted; ${count(ready ?? 0, 'workload')} ready.`
  }
}

export const addOnsView = (result: AddOnsResult): string =>
  [
    headline(result),
    ...(result.outcome === 'would-change' ? changes(result) : []),
    ...result.notes.map((note) => `note: ${note}`),
  ].join('\n')

export const addOnsDownView = ({ environment, gone }: AddOnsDownResult, data: 'keep' | 'delete'): string => {
  const rest = data === 'keep' ? 'volumes are kept, and the Secrets that open them' : 'volumes are deleted too'
  return gone.length === 0
    ? `Nothing ran beside the shop of ${environment}.`
    : `${count(gone.length, 'object')} beside the shop of ${environment} ${gone.length === 1 ? 'is' : 'are'} gone; ${rest}.`
}
