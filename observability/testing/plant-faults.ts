import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import type { ServiceProcess } from '../../services/kit/testing/service-process.ts'
import { type ServiceName, services } from '../../services/registry.ts'
import { anonymous } from '../../services/testing/callers.ts'
import type { World } from '../../services/testing/role-matrix.ts'
import { sendTo } from '../../services/testing/world.ts'
import type { Cast } from './order-story.ts'

export type Stage = {
  readonly world: World
  readonly cast: Cast
  /** Lets Prometheus ask one more process, until it is told to forget it. */
  watch(service: ServiceName, process: ServiceProcess): Promise<void>
  forget(process: ServiceProcess): Promise<void>
}

/** Resolves with how the fault is mended, once it is there. */
type Fault = (stage: Stage) => Promise<() => Promise<void>>

const everyMilliseconds = 50

/** Again and again until it is told to end. What is asked may fail: that is what it is for. */
const again = (ask: () => Promise<unknown>): (() => Promise<void>) => {
  const stop = new AbortController()
  const goOn = async () => {
    while (!stop.signal.aborted) {
      await ask().catch(() => undefined)
      await delay(everyMilliseconds)
    }
  }
  const ended = goOn()
  return () => {
    stop.abort()
    return ended
  }
}

const asked = (url: string, path: string) => sendTo(url, { method: 'GET', path: `/api/v1${path}`, as: anonymous })

const instance = async (stage: Stage, service: ServiceName, settings: Readonly<Record<string, string>> = {}) => {
  const process = await stage.world.shop.another(service, settings)
  await stage.watch(service, process)
  return process
}

/** Every second answer is a 500. */
const failing: Fault = async (stage) => {
  const broken = await instance(stage, 'catalog', { FAILPOINTS: 'http.before_handler:throw' })
  const good = stage.world.shop.services.catalog
  return again(() => Promise.all([asked(good.url, '/categories'), asked(broken.url, '/categories')]))
}

/** One of eight is slow: too many for the 95th percentile, too few to spend the whole error budget at once. */
const slow: Fault = async (stage) => {
  const tired = await instance(stage, 'users', { FAILPOINTS: 'http.before_handler:delay=700' })
  const { url } = stage.world.shop.services.users
  return again(async () => {
    const quick = Array.from({ length: 7 }, () => asked(url, '/users/me'))
    await Promise.all([asked(tired.url, '/users/me'), ...quick])
  })
}

const dead: Fault = async (stage) => {
  const victim = await instance(stage, 'orders')
  await victim.kill()
  return () => stage.forget(victim)
}

/** The server throws out whoever is connected, as it does when it fails over. */
const cutOff: Fault = async ({ world: { shop } }) => {
  const database = new URL(shop.urls.orders).pathname.slice(1)
  return again(() =>
    sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${database} and application_name = ${services.orders.longName}`.execute(
      shop.users,
    ),
  )
}

const nearlySoldOut: Fault = async ({ world }) => {
  const product = await world.stocked(3)
  return async () => {
    await sql`update inventory set quantity = 50 where product_id = ${product}`.execute(world.shop.catalog)
    await sql`insert into inventory_movements (product_id, delta, reason) values (${product}, 47, 'adjust')`.execute(
      world.shop.catalog,
    )
  }
}

const forgottenOrder: Fault = async ({ world, cast }) => {
  const order = await cast.buyer.paid(await world.stocked(20))
  const paidAt = (hoursAgo: number) =>
    sql`update orders set paid_at = now() - make_interval(hours => ${hoursAgo}) where id = ${order}`.execute(
      world.shop.orders,
    )
  await paidAt(2)
  return async () => {
    await paidAt(0)
  }
}

/** By the alert that it must fire. The order that is forgotten is made before the database is cut off. */
const faults = {
  OrderProcessingDelay: forgottenOrder,
  HighErrorRate: failing,
  HighResponseTime: slow,
  PodDown: dead,
  LowInventory: nearlySoldOut,
  DatabaseConnectionFailure: cutOff,
} as const satisfies Readonly<Record<string, Fault>>

/** Resolves with how all of them are mended, the last one first. */
export async function plantAll(stage: Stage): Promise<() => Promise<void>> {
  const mends: (() => Promise<void>)[] = []
  for (const plant of Object.values(faults)) mends.unshift(await plant(stage))
  return async () => {
    for (const mend of mends) await mend()
  }
}
