import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { z } from '@hono/zod-openapi'
import { Problem, type ProblemKind } from './problems.ts'

export const paginationProblems = {
  cursor: { code: 'request/cursor', status: 400, title: 'The cursor does not belong to this list' },
} as const satisfies Record<string, ProblemKind>

/** Everything that decides which rows a list has and in which order; not the limit, which may change underway. */
export type ListQuery = Readonly<Record<string, string | number | boolean | null | undefined>>

/** The sort key of the last row of a page, with the unique tie-breaker at its end. */
export type Position = readonly (string | number)[]

export type Cursors = {
  sign(position: Position, query: ListQuery): string
  /** Throws the problem `request/cursor` for a cursor that was changed, or made for another query. */
  open<Result>(cursor: string, reading: { query: ListQuery; schema: z.ZodType<Result> }): Result
}

/**
 * Cursors are signed together with the query, so that a client can neither invent a position nor take one to another
 * list. Without a key of its own one is derived from the database's URL, which all replicas and releases share.
 */
export function createCursors(secret: string): Cursors {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'shop list cursors', 32))
  const macOf = (payload: string, query: ListQuery) =>
    createHmac('sha256', key)
      .update(`${payload}\n${canonical(query)}`)
      .digest('base64url')

  return {
    sign(position, query) {
      const payload = Buffer.from(JSON.stringify(position)).toString('base64url')
      return `${payload}.${macOf(payload, query)}`
    },
    open(cursor, { query, schema }) {
      const [payload = '', mac = ''] = cursor.split('.', 2)
      // Compared as text: base64url has bits to spare at its end, and a changed one must count as changed.
      if (!sameText(cursor, `${payload}.${macOf(payload, query)}`) || mac === '') throw foreignCursor()
      const position = schema.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString()))
      if (!position.success) throw foreignCursor()
      return position.data
    },
  }
}

function foreignCursor(): Problem {
  return new Problem(paginationProblems.cursor, { detail: 'Start again without a cursor' })
}

function canonical(query: ListQuery): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null)
  return JSON.stringify(given.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

export type Page<Row> = {
  readonly data: readonly Row[]
  readonly has_more: boolean
  readonly next_cursor: string | null
}

/** Makes a page of the `limit + 1` rows that were asked for. */
export function pageOf<Row>(
  rows: readonly Row[],
  { limit, cursorAfter }: { readonly limit: number; cursorAfter(last: Row): string },
): Page<Row> {
  const data = rows.slice(0, limit)
  const last = data.at(-1)
  const has_more = rows.length > limit && last !== undefined
  return { data, has_more, next_cursor: has_more ? cursorAfter(last) : null }
}

export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({
    data: z.array(item),
    has_more: z.boolean(),
    next_cursor: z.string().nullable().openapi({ description: 'give it as `cursor` to get the next page' }),
  })
}
