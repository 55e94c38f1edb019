import type { Books, Finding, Rule } from './books.ts'
import { effectRules } from './effect-rules.ts'
import { eventRules } from './event-rules.ts'
import { handledRules } from './handled-rules.ts'
import { invoiceRules } from './invoice-rules.ts'
import { mailRules } from './mail-rules.ts'
import { moneyRules } from './money-rules.ts'
import { orderStockRules } from './order-stock-rules.ts'
import { providerRules } from './provider-rules.ts'
import { stockRules } from './stock-rules.ts'
import { workRules } from './work-rules.ts'

const rules: readonly Rule[] = [
  ...moneyRules,
  ...providerRules,
  ...workRules,
  ...invoiceRules,
  ...stockRules,
  ...orderStockRules,
  ...eventRules,
  ...handledRules,
  ...effectRules,
  ...mailRules,
]

export type Audited = Pick<Rule, 'area' | 'says'> & {
  /** Undefined: not looked at, for the books do not have it. */
  readonly found: Finding | undefined
}

/** Every rule, in their order. One after the other, for each book is one connection. */
export async function auditBooks(books: Books): Promise<readonly Audited[]> {
  const audited: Audited[] = []
  for (const rule of rules) audited.push({ area: rule.area, says: rule.says, found: await rule.look(books) })
  return audited
}

export const isOff = ({ found }: Audited): boolean => found !== undefined && found.off > 0
