import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fetchObjectives } from '../cli/observability/fetch-objectives.ts'
import { fetchRates } from '../cli/observability/fetch-rates.ts'
import { openPrometheus, type Prometheus } from '../cli/prometheus/open-prometheus.ts'
import type { ServiceProcess } from '../services/kit/testing/service-process.ts'
import { type ServiceName, serviceNames, services } from '../services/registry.ts'
import type { World } from '../services/testing/role-matrix.ts'
import { openShop, type Shop } from '../services/testing/shop.ts'
import { openWorld } from '../services/testing/world.ts'
import { receiverNames } from './alertmanager/receivers.ts'
import { renderAlertmanager } from './alertmanager/render-alertmanager.ts'
import { serviceLevelObjectives } from './objectives.ts'
import { renderPrometheus } from './prometheus/render-prometheus.ts'
import { localDiscovery, type RenderTarget } from './render-target.ts'
import { renderRules } from './rules/render-rules.ts'
import { type AnyQuery, allQueries } from './testing/all-queries.ts'
import { type Cast, castOf, endlessStory } from './testing/order-story.ts'
import { plantAll } from './testing/plant-faults.ts'
import { noPrometheus, type RealPrometheus, startRealPrometheus, type TargetGroup } from './testing/real-prometheus.ts'
import { type AlertReceiver, startAlertReceiver } from './testing/told-alerts.ts'
import { withoutDataHere } from './testing/without-data-here.ts'

const signal = new AbortController().signal
/** Five minutes become ten seconds. */
const timesFaster = 30
const lowStock = 3
const patience = { timeout: 60_000, interval: 250 }

const targetOf = (service: ServiceName, { metricsUrl, processId }: ServiceProcess): TargetGroup => {
  const { longName } = services[service]
  const labels = { job: longName, service: longName, namespace: 'local', pod: `process ${processId}` }
  return { targets: [new URL(metricsUrl).host], labels }
}

const title = `a shop that is watched${noPrometheus === null ? '' : ` (skipped: ${noPrometheus})`}`
describe.skipIf(noPrometheus !== null)(title, () => {
  let shop: Shop
  let world: World
  let cast: Cast
  let receiver: AlertReceiver
  let real: RealPrometheus
  let prometheus: Prometheus
  let target: RenderTarget
  const targets: TargetGroup[] = []

  const watch = async (service: ServiceName, process: ServiceProcess) => {
    targets.push(targetOf(service, process))
    await real.setTargets(targets)
  }

  beforeAll(async () => {
    shop = await openShop()
    world = await openWorld(shop)
    cast = await castOf(world)
    receiver = await startAlertReceiver()
    target = { environment: 'local', discovery: { ...localDiscovery('targets.json'), webhookUrl: receiver.url } }
    real = await startRealPrometheus({
      files: [...renderRules(target), ...renderPrometheus(target), ...renderAlertmanager(target)],
      intervals: { timesFaster },
    })
    prometheus = openPrometheus({ url: real.url, signal })
    for (const service of ['users', 'catalog', 'orders'] as const) await watch(service, shop.services[service])
  }, 90_000)
  afterAll(async () => {
    await real?.end()
    await receiver?.close()
    await shop?.close()
  })

  const emptyOf = async (queries: readonly AnyQuery[]): Promise<readonly AnyQuery[]> => {
    const asked = await Promise.all(
      queries.map(async (query) => ({ query, count: (await prometheus.query(query.expr)).length })),
    )
    return asked.filter(({ count }) => count === 0).map(({ query }) => query)
  }

  test('after customers have bought, every alert, rule and panel has data, but for those that are known not to', async () => {
    await world.stocked(lowStock)
    const end = endlessStory(world, cast)
    const isKnown = (query: AnyQuery) => withoutDataHere.some(({ applies }) => applies(query))
    let empty = allQueries(target)
    const unexpected = async () => {
      empty = await emptyOf(empty)
      return empty.filter((query) => !isKnown(query))
    }
    await expect.poll(unexpected, patience).toEqual([])
    expect(withoutDataHere.filter(({ applies }) => !empty.some(applies)).map(({ why }) => why)).toEqual([])
    // What `slo` and `top` show of the same shop.
    const asked = { prometheus, namespace: 'local' }
    const standings = await fetchObjectives({ ...asked, objectives: serviceLevelObjectives })
    expect(standings.filter(({ state, burnRate }) => state === 'unknown' || burnRate.sixHours === null)).toEqual([])
    const shown = (await fetchRates(asked)).map(({ service, answers, rates }) => [
      service,
      answers,
      Number(rates?.requests) > 0,
    ])
    expect(shown.toSorted()).toEqual(serviceNames.map((name) => [name, 'yes', true]).toSorted())
    await end()
  }, 80_000)

  /** What was told so far, each with the receiver: a person sees no more of it. */
  const toldOf = (status: 'firing' | 'resolved') =>
    Object.fromEntries(
      receiver
        .told()
        .filter((alert) => alert.status === status)
        .map(({ labels, receiver: name }) => [`${labels.alertname} of ${labels.service}`, name]),
    )

  test('planted faults fire their alerts, which reach who they are for; mended, they are told to be over', async () => {
    const forget = async ({ processId }: ServiceProcess) => {
      const left = targets.filter(({ labels }) => labels.pod !== `process ${processId}`)
      targets.splice(0, targets.length, ...left)
      await real.setTargets(targets)
    }
    const mendAll = await plantAll({ world, cast, watch, forget })
    const { critical, warning, business } = receiverNames
    // A machine that does other things as well may be slow enough for alerts of its own.
    const expected = {
      'OrderProcessingDelay of order-management': business,
      'HighErrorRate of product-catalog': critical,
      'HighResponseTime of user-management': warning,
      'PodDown of order-management': critical,
      'LowInventory of product-catalog': business,
      'DatabaseConnectionFailure of order-management': critical,
    }
    await expect.poll(() => toldOf('firing'), patience).toMatchObject(expected)
    await mendAll()
    await expect.poll(() => toldOf('resolved'), patience).toMatchObject(expected)
    const words = receiver.told().map(({ annotations }) => Object.values(annotations).join(' '))
    expect(words.filter((text) => /<no value>|<error|{{/.test(text))).toEqual([])
  }, 150_000)
})
