import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Cached } from '../../kit/cache/cache.ts'
import { createCacheMetrics } from '../../kit/cache/cache-metrics.ts'
import { listenForChanges } from '../../kit/cache/change-feed.ts'
import { lifetimes } from '../../kit/cache/freshness.ts'
import { jsonCodec } from '../../kit/cache/json-codec.ts'
import { createRedisTier } from '../../kit/cache/redis-tier.ts'
import { createCache } from '../../kit/cache/tiered-cache.ts'
import type { Logger } from '../../kit/logging.ts'
import type { Metrics } from '../../kit/metrics.ts'
import type { RedisClients } from '../../kit/redis.ts'
import type { CatalogTables } from '../schema.ts'
import { productSchema } from './product-schemas.ts'
import { findProduct, type TaggedProduct } from './products.ts'

/** How products are read one by one, and who has to be told when one has changed. */
export type ProductReader = {
  readProduct(id: string): Promise<Cached<TaggedProduct>>
  /**
   * After the commit of whatever changed a product or its ratings, and awaited before the answer: so whoever wrote reads
   * what was written, and nobody needs a way past the copies. Never rejects.
   */
  afterProductChange(id: string, revision: number): Promise<void>
}

export type ProductCacheParts = {
  readonly database: Kysely<CatalogTables>
  readonly databaseUrl: string
  readonly applicationName: string
  /** Null: copies of this process only. */
  readonly redis: RedisClients | null
  readonly metrics: Metrics
  readonly logger: Logger
}

const entriesAtMost = 5_000
const elapsed = () => performance.now()

/** Copies in this process and in Redis. Every process hears of every commit from the database itself. */
export function openProductCache(parts: ProductCacheParts): ProductReader & { close(): Promise<void> } {
  const { database, redis, logger } = parts
  const cache = createCache({
    name: 'products',
    codec: jsonCodec<TaggedProduct>(copySchema),
    entries: entriesAtMost,
    shared:
      redis === null
        ? null
        : createRedisTier({ redis: redis.cache, prefix: 'catalog:products:1', keptMilliseconds: lifetimes.spare }),
    heard: () => feed.heard(),
    metrics: createCacheMetrics(parts.metrics),
    elapsed,
  })
  const feed = listenForChanges({
    url: parts.databaseUrl,
    channel: 'product_changes',
    applicationName: parts.applicationName,
    logger,
    elapsed,
    // Others have heard meanwhile and dropped what changed; and Redis is to fill those who start.
    onStart: () => cache.forget(),
    onGap: () => cache.doubt(),
    onChange(payload) {
      const change = parseChange(payload)
      // One statement changed more than is told one by one: none of its drops reaches Redis but by a new epoch, which is
      // also for who starts later. The drops of writers that Redis missed are made up for by its tier.
      void (change === null ? cache.renew() : cache.drop(change.id, change.revision))
    },
  })

  return {
    readProduct: (id) =>
      cache.get(id, async () => {
        const found = await findProduct(database, id)
        return found === undefined ? null : { version: found.revision, value: found }
      }),
    afterProductChange: (id, revision) => cache.drop(id, revision),
    close: () => feed.close(),
  }
}

const changeSchema = z.tuple([z.uuid(), z.string().regex(/^\d+$/).transform(Number)])

/** Null where everything may have changed. */
function parseChange(payload: string): { readonly id: string; readonly revision: number } | null {
  const parsed = changeSchema.safeParse(payload.split(' '))
  return parsed.success ? { id: parsed.data[0], revision: parsed.data[1] } : null
}

const copySchema = z.object({ product: productSchema, tag: z.string(), revision: z.int() })

/** Reads every product from its table. */
export function uncachedProducts(database: Kysely<CatalogTables>): ProductReader {
  return {
    readProduct: async (id) => ({ value: (await findProduct(database, id)) ?? null, ageSeconds: 0 }),
    afterProductChange: async () => undefined,
  }
}
