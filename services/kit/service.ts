import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { ServiceFacts } from '../registry.ts'
import type { Consumer } from './consumers/consumer.ts'
import type { EventType } from './event-schemas/event-catalogue.ts'
import type { Logger } from './logging.ts'
import type { Metrics } from './metrics.ts'
import type { ServiceMigration } from './migrations.ts'
import type { ServiceLimit } from './rate-limit/request-limit.ts'
import type { OpenRedis } from './redis.ts'
import type { RequestEnvironment } from './routes.ts'
import type { CommonSettings, SettingsSchema } from './settings.ts'
import type { Tracing } from './trace-span.ts'

/** Resolves where a dependency works, rejects where it does not. */
export type Checks = Readonly<Record<string, () => Promise<void>>>

/** What the kit opens for a service before the service opens itself. */
export type ServiceContext<Settings, Tables> = {
  readonly facts: ServiceFacts
  readonly settings: Settings
  readonly logger: Logger
  readonly metrics: Metrics
  readonly database: Kysely<Tables>
  /** One for the process; the kit closes it and tells of it in readiness. */
  readonly redis: OpenRedis
  /** For work that goes on after its request; where a collector is set. */
  readonly tracing?: Tracing | undefined
  now(): Date
}

export type OpenService<Tables = unknown> = {
  /** Made with createRoutes() of kit/routes.ts. */
  readonly routes: OpenAPIHono<RequestEnvironment>
  /**
   * Asks for the routes that are asked for most, with `get` and no token, so that the first customer finds statements
   * prepared and code compiled. Run a few times when the database is there; not ready before, nor where it rejects.
   */
  warm?(get: (path: string) => Promise<Response>): Promise<void>
  /** Own dependencies without which it cannot answer; the kit adds `database` itself. Failing: 503. */
  readonly checks?: Checks
  /** Dependencies that it can do without for a while. Failing: 200, "degraded". */
  readonly optionalChecks?: Checks
  /** Who handles events from the bus; the kit joins it with each, and leaves it before close() is called. */
  readonly consumers?: readonly Consumer<Tables>[]
  /** Called when a stop begins, while requests are still answered: from now on nothing new is begun beside them. */
  drain?(): void
  /** Ends workers and clients (endTogether() of several); the kit closes the relay, Redis and the database afterwards. */
  close(): Promise<void>
  /** How long after drain() close() may still take, where that is long. */
  readonly endMilliseconds?: number
}

/** What a load test needs of a service before it begins. */
export type WantedLoadData = {
  /** Names the run, and with it all that is made for it. */
  readonly run: string
  readonly count: number
  /** Argon2id, of the word that all accounts of the run have; a hash, because others can read the words of a job. */
  readonly passwordHash?: string | undefined
}

export type RemovedLoadData = {
  readonly removed: number
  /** True where there is more than is removed at a time. */
  readonly more: boolean
}

/** Made and removed by the service's own program, beside what serves. Never in production. */
export type LoadData<Settings, Tables> = {
  make(context: ServiceContext<Settings, Tables>, wanted: WantedLoadData): Promise<Readonly<Record<string, unknown>>>
  /** Everything of the run, also what its users have made; the same again where some of it was removed before. */
  remove(context: ServiceContext<Settings, Tables>, run: string): Promise<RemovedLoadData>
}

/** A service as data; kit/run-service.ts serves, migrates and seeds it. */
export type Service<Settings extends CommonSettings, Tables> = {
  readonly facts: ServiceFacts
  readonly settings: SettingsSchema<Settings>
  readonly migrations: readonly ServiceMigration[]
  /** Bytes a body may have, by path prefix; the longest prefix counts, else 64 KiB. */
  readonly bodyLimits?: Readonly<Record<string, number>>
  /** Milliseconds a request may take, by route template (`/api/v1/orders/:id/payment`); else 10 s. */
  readonly deadlines?: Readonly<Record<string, number>>
  readonly requestLimit: ServiceLimit
  /** Types of events that its outbox may hold (eventTypesOf): with some, the kit sends what is in it to the bus. */
  readonly publishes?: readonly EventType[]
  /** Names of all that OpenService.consumers may have, told before it is open: it opens with no other one. */
  readonly consumes?: readonly string[]
  open(context: ServiceContext<Settings, Tables>): Promise<OpenService<Tables>>
  /** Demo data, the same rows each time; returns what it prints. */
  seed?(context: ServiceContext<Settings, Tables>): Promise<Readonly<Record<string, unknown>>>
  /** What a load test stands on. Loaded when it is asked for. */
  loadData?(): Promise<LoadData<Settings, Tables>>
}
