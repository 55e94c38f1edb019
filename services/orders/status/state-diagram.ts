import { cellOf, type OrderAction, type OrderStatus, orderActions, orderStatuses } from './transitions.ts'

export const diagramMarkers = {
  begin: '<!-- state diagram: written by status/write-state-diagram.ts -->',
  end: '<!-- end of the state diagram -->',
} as const

/** The state machine as Mermaid draws it: one arrow from status to status, with every action that leads there. */
export function renderStateDiagram(): string {
  const arrows = orderStatuses.flatMap((from) =>
    orderStatuses.flatMap((to) => {
      const actions = orderActions.filter((action) => leads(action, from) === to)
      return actions.length === 0 ? [] : [`  ${from} --> ${to}: ${actions.join(', ')}`]
    }),
  )
  const ends = orderStatuses.filter((from) => orderActions.every((action) => leads(action, from) === null))
  const lines = ['stateDiagram-v2', '  [*] --> draft', ...arrows, ...ends.map((status) => `  ${status} --> [*]`)]
  return ['```mermaid', ...lines, '```'].join('\n')
}

/** Where the action leads to another status. Money that comes after all sells the order where the stock can be had. */
function leads(action: OrderAction, from: OrderStatus): OrderStatus | null {
  const cell = cellOf(action, from)
  const to = cell === 'revive' ? 'paid' : orderStatuses.find((status) => status === cell)
  return to === undefined || to === from ? null : to
}

/** The text with the diagram of now between the markers. Throws where they are not there once. */
export function withStateDiagram(markdown: string): string {
  const { begin, end } = diagramMarkers
  const [head, ...rest] = markdown.split(begin)
  const [, ...tail] = rest.join(begin).split(end)
  if (head === undefined || rest.length !== 1 || tail.length !== 1) throw new Error(`no place for it between ${begin}`)
  return `${head}${begin}\n${renderStateDiagram()}\n${end}${tail[0]}`
}
