import type pg from 'pg'

/** Asks one database, whose rows stay as they were at the first question. */
export type Ask = <Row extends pg.QueryResultRow>(statement: string) => Promise<readonly Row[]>

/**
 * All that is written down about a shop, to be compared by somebody who knows its tables and none of its code. The shop has
 * to be at rest: what is still under way is found as off.
 */
export type Books = {
  readonly orders: Ask
  readonly catalog: Ask
  readonly users?: Ask | undefined
  /** Where the bus is in PostgreSQL. */
  readonly bus?: Ask | undefined
  /** The ids of the mails that left, each as often as it did. */
  readonly mails?: readonly string[] | undefined
}

export type Finding = {
  /** How much was looked at: a rule that nothing falls under says nothing. */
  readonly looked: number
  readonly off: number
  /** The first of what is off, each in words. */
  readonly first: readonly string[]
}

export type Rule = {
  readonly area: 'money' | 'provider' | 'work' | 'invoices' | 'stock' | 'events' | 'mails'
  readonly says: string
  /** Undefined where these books do not have what it is about. */
  look(books: Books): Promise<Finding | undefined>
}

const shown = 3

export function finding(looked: number, offenders: readonly string[]): Finding {
  return { looked, off: offenders.length, first: offenders.slice(0, shown) }
}

type SqlRule = Pick<Rule, 'area' | 'says'> & {
  readonly book: 'orders' | 'catalog' | 'users' | 'bus'
  /** What is looked at, as after `from`. */
  readonly of: string
  /** A select of the column `offender`, one row for each that is off. */
  readonly offenders: string
}

/** A rule that one database tells by itself. */
export function sqlRule({ area, says, book, of, offenders }: SqlRule): Rule {
  return {
    area,
    says,
    async look(books) {
      const ask = books[book]
      if (ask === undefined) return undefined
      const [found] = await ask<{ looked: number; off: number; first: string[] }>(`
        with off as (${offenders})
        select (select count(*)::int from ${of}) as looked, (select count(*)::int from off) as off,
          array(select offender::text from off limit ${shown}) as first`)
      return found
    },
  }
}

/** SQL: the statuses of an order whose units and money have changed hands. */
export const soldStatuses = `('paid', 'processing', 'shipped', 'delivered')`
