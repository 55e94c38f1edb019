import type { ClusterShop } from './cluster-shop.ts'
import type { FickleRegistry } from './fickle-registry.ts'

type Service = 'users' | 'catalog' | 'orders'

export type Edit = { readonly path: string; change(text: string): string }

export type Hand = { readonly shop: ClusterShop; readonly registry: FickleRegistry | null }

/** One way in which a release does not come up on a cluster, and what shopctl must make of it. */
export type ClusterBreakage = {
  readonly title: string
  readonly service: Service
  readonly edits: readonly Edit[]
  /** What is done to the cluster before, and the way back from it. */
  readonly prepare?: (hand: Hand) => Promise<() => Promise<void>>
  /** Needs a registry in front of the real one. */
  readonly pulls?: 'refused'
  readonly code: 'ROLLOUT_UNHEALTHY' | 'MIGRATION_FAILED' | 'SMOKE_FAILED'
  /** The first reason, which says what was seen. */
  readonly why: RegExp
  /** What a person can do about it, among the other reasons. */
  readonly advice?: string
  /** The service's own last words, among the reasons and in the record. */
  readonly said?: string
  /** How its container ended. */
  readonly exitCode?: number
  /** The platform's own words among the events of the record. */
  readonly events?: RegExp
}

/** Its source is another, its behaviour the same. */
export const harmless = (service: Service, word: string): Edit => ({
  path: `services/${service}/main.ts`,
  change: (text) => text.replace('await runService', `process.env.E2E_WORD = '${word}'\nawait runService`),
})

/** Served only where settings are: an image is started once without any before it is pushed. */
const serving = 'process.argv.length === 2 && process.env.DATABASE_URL_FILE'

/** Code that runs once everything is loaded and before the service starts. */
export const whenServing = (service: Service, code: string): Edit => ({
  path: `services/${service}/main.ts`,
  change: (text) => text.replace('await runService', `if (${serving}) { ${code} }\nawait runService`),
})

/** Throws where the text is not there: an edit that misses would prove nothing. */
export const swap = (path: string, from: string, to: string): Edit => ({
  path,
  change: (text) => {
    if (!text.includes(from)) throw new Error(`${path} does not say ${from}`)
    return text.replace(from, to)
  },
})
