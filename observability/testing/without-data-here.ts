import type { AnyQuery } from './all-queries.ts'

export type WithoutData = { readonly why: string; readonly applies: (query: AnyQuery) => boolean }

const asksFor =
  (text: string) =>
  ({ expr }: AnyQuery) =>
    expr.includes(text)

/** Expressions that a shop of processes on one machine may have nothing for, each kind with its reason. */
export const withoutDataHere: readonly WithoutData[] = [
  { why: 'no service fails while customers just buy', applies: asksFor('status_code=~"5.."}') },
  {
    why: 'users and orders redirect nobody, and tell of nothing that it is unchanged',
    applies: asksFor('status_code=~"3.."}'),
  },
]
