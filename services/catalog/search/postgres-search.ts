import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely'
import { z } from 'zod'
import { productConditions } from '../products/product-filters.ts'
import { after, numberPosition, orderBy, type ProductOrder, productOrder } from '../products/product-order.ts'
import type { CatalogTables } from '../schema.ts'
import { correctedWords, errorsAllowed, type NearWord, renderCorrected, undoneErrors } from './corrections.ts'
import type { ProductSearch, SearchHit, SearchQuery } from './product-search.ts'
import { containing, parseTyped, type TypedQuery } from './typed-query.ts'

type Words = TypedQuery & { readonly kind: 'words' }
type Database = Kysely<CatalogTables>

/**
 * Full-text search of PostgreSQL. What has the text as its SKU comes first. Words are looked for as they were typed, the last one also as a beginning; only where
 * that finds nothing they are held against the words of all products, and looked for once more with what they may have
 * been meant to be. Then the position carries the corrected query, so that all pages are of one search.
 */
export function postgresSearch(database: Database): ProductSearch {
  return {
    async find(query) {
      const typed = parseTyped(query.q)
      if (typed.kind === 'nothing') return []
      if (typed.kind === 'signs') return hitsOf(database, signs(typed.text), query)
      const corrected = z.string().safeParse(query.after?.[2])
      if (corrected.success) return hitsOf(database, correction(corrected.data), query)
      const { hits, near } = await hitsOrNearWords(database, typed, query)
      const meant = hits.length > 0 ? null : correctedWords(typed.words, near)
      return meant === null ? hits : hitsOf(database, correction(renderCorrected(meant)), query)
    },
  }
}

/** One way to look for something. */
type Way = {
  /** Parts of a statement that come before its select, ended by commas. */
  readonly given: RawBuilder<unknown>
  readonly matches: RawBuilder<SqlBool>
  /** A whole number, because a float does not survive its way through JSON and back into a comparison. */
  readonly rank: RawBuilder<unknown>
  /** What a position has to tell besides. */
  readonly corrected: string | null
}

/** Of a name, a brand and a description; the first is of D, which nothing has. */
const weights = sql`'{0, 0.1, 0.4, 1}'`

/** More than anything else can have. */
const rankOfSku = 1_000_000_000

function words({ text, hyphenated, open, plurals, sku }: Words): Way {
  const apart = sql`websearch_to_tsquery('english', ${text})`
  const asked = hyphenated === null ? apart : sql`(websearch_to_tsquery('english', ${hyphenated}) || ${apart})`
  const isSku = sku === null ? null : sql<SqlBool>`lower(p.sku) = ${sku}`
  const exact = sql`(select typed.exact from typed)`
  const wide = sql`(select typed.wide from typed)`
  const rank = sql`round(100000 * (ts_rank(${weights}, p.search, ${exact})
    + 0.2 * ts_rank(${weights}, p.search, ${wide}) + 1.0 / char_length(p.name)))::integer`
  return {
    // The text of a query ends in a quoted word, or in a bracket that leaves no room for the sign of a beginning.
    given: sql`asked as materialized (
        select ${plurals.reduce(orSingular, asked)} as exact
      ), typed as materialized (
        select exact, case when ${open}::boolean and exact::text like '%''' then (exact::text || ':*')::tsquery
          else exact end as wide
        from asked
      ), `,
    matches: isSku === null ? sql`p.search @@ ${wide}` : sql`(p.search @@ ${wide} or ${isSku})`,
    rank: isSku === null ? rank : sql`case when ${isSku} then ${sql.lit(rankOfSku)} else ${rank} end`,
    corrected: null,
  }
}

function orSingular(query: RawBuilder<unknown>, plural: string): RawBuilder<unknown> {
  const either = [plural, plural.replace(/ves$/, 'f'), plural.replace(/ves$/, 'fe')].join(' | ')
  return sql`ts_rewrite(${query}, to_tsquery('english', ${plural}), to_tsquery('english', ${either}))`
}

function correction(corrected: string): Way {
  const meant = sql`(select meant.query from meant)`
  return {
    given: sql`meant as materialized (select to_tsquery('english', ${corrected}) as query), `,
    matches: sql`p.search @@ ${meant}`,
    rank: sql`round(100000 * (ts_rank(${weights}, p.search, ${meant}) + 1.0 / char_length(p.name)))::integer`,
    corrected,
  }
}

function signs(text: string): Way {
  const rank = sql`0::integer`
  return { given: sql``, matches: sql`p.name like ${containing(text)}`, rank, corrected: null }
}

type HitRow = { id: string; position: string | number }

async function hitsOf(database: Database, way: Way, query: SearchQuery): Promise<readonly SearchHit[]> {
  const { rows } = await sql<HitRow>`
    with ${way.given} ${selectHits(way, query)}
    select id, position from hits order by place`.execute(database)
  return rows.map((row) => hit(row, way))
}

/** In one statement: what matches, or where nothing does the words of products that are like those typed. */
async function hitsOrNearWords(database: Database, typed: Words, query: SearchQuery) {
  const way = words(typed)
  const correctable = query.after === null ? typed.words.filter((word) => errorsAllowed(word) > 0) : []
  if (correctable.length === 0) return { hits: await hitsOf(database, way, query), near: [] }
  const undone = correctable.flatMap((asked) => undoneErrors(asked).map((word) => ({ asked, word })))
  const { rows } = await sql<{ id: string | null; position: string | number; asked: string; word: string }>`
    with ${way.given} ${selectHits(way, query)}
    select id, position, null as asked, null as word, place from hits
    union all
    select null, null, near.asked, near.word, null from (
      select typo.asked, like_it.word from unnest(${correctable}::text[]) as typo (asked), lateral (
        select s.word from search_words s order by s.word <-> typo.asked limit 100
      ) as like_it
      union all
      select undone.asked, s.word
      from unnest(${undone.map(({ asked }) => asked)}::text[], ${undone.map(({ word }) => word)}::text[])
          as undone (asked, word)
        join search_words s on s.word = undone.word
    ) as near where not exists (select from hits)
    order by place`.execute(database)
  const hits = rows.flatMap(({ id, position }) => (id === null ? [] : [hit({ id, position }, way)]))
  const near: NearWord[] = rows.flatMap(({ id, asked, word }) => (id === null ? [{ asked, word }] : []))
  return { hits, near }
}

/**
 * What matches is found first and then ordered. Left to itself the planner would walk an index of the order until it had
 * met enough that match, and of what matches nothing it would walk all.
 */
function selectHits(way: Way, query: SearchQuery): RawBuilder<unknown> {
  const order = orderOf(way, query)
  const ofMatched = { ...order, key: sql`matched.key`, id: sql`matched.id` }
  const from = query.after === null ? [] : [after(ofMatched, order.position.parse(query.after.slice(0, 2)))]
  return sql`matched as materialized (
      select p.id, ${order.key} as key, ${order.shown} as position
      from products p
      where ${sql.join([...productConditions(query), way.matches], sql` and `)}
    ), hits as materialized (
      select matched.id, matched.position, row_number() over (${orderBy(ofMatched)}) as place
      from matched
      where ${sql.join([sql`true`, ...from], sql` and `)}
      ${orderBy(ofMatched)}
      limit ${query.limit}
    )`
}

function orderOf({ rank }: Way, { sort }: SearchQuery): ProductOrder {
  if (sort !== 'relevance') return productOrder(sort)
  return { key: rank, id: sql`p.id`, shown: rank, type: sql`integer`, position: numberPosition, descending: true }
}

function hit({ id, position }: HitRow, { corrected }: Way): SearchHit {
  return { id, position: corrected === null ? [position, id] : [position, id, corrected] }
}
