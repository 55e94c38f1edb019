import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { fallingShelf, startReaders } from '../../cli/e2e/readers.ts'
import { createShop, type Shop } from '../../cli/e2e/shop.ts'
import type { AnalysisWish } from '../../cli/flows/analysis/analysis-wish.ts'
import { changedServices } from '../../cli/flows/analysis/changed-services.ts'
import { instancesSource } from '../../cli/flows/analysis/counts-source.ts'
import { isLatencyLook, judgeReadings } from '../../cli/flows/analysis/judge-readings.ts'
import { beginMeasuring, measurementOf } from '../../cli/flows/analysis/measuring.ts'
import { analysisPolicies } from '../../cli/health/analysis/analysis-policy.ts'
import { requestsOf, sumOf } from '../../cli/health/analysis/counts.ts'
import { createLocalPlatform } from '../../cli/platforms/local/local-platform.ts'
import type { Platform } from '../../cli/platforms/platform.ts'
import type { ReleaseRecord } from '../../cli/releases/release.ts'
import { type Figure, renderFigures } from './figures.ts'

const services = ['users', 'catalog', 'orders']
const signal = () => AbortSignal.timeout(120_000)
const work = () => ({ say: () => undefined, signal: signal() })

/** Read four times a second, so that fifty windows take minutes: as many readings as a minute has, in a quarter of it. */
const wish = (windowSeconds: number): AnalysisWish => {
  const { local } = analysisPolicies
  if (local === undefined) throw new Error('local has no policy')
  const policy = { ...local, windowSeconds, intervalSeconds: 0.25, referenceSeconds: 6, warmUpSeconds: 1 }
  return { policy, inconclusive: 'pass' }
}

/** Two sets of instances that both run; users are moved between them. */
type Pair = { readonly platform: Platform; readonly old: ReleaseRecord; readonly fresh: ReleaseRecord }

/** One analysis as the flow makes it, without a deploy around it: the reference, the move, the looks. */
const analyseOnce = async ({ platform, old, fresh }: Pair, { policy, ...rest }: AnalysisWish) => {
  const { intervalSeconds, referenceSeconds, windowSeconds } = policy
  const source = instancesSource(platform)
  const changed = changedServices(fresh, old)
  await platform.promote(old, signal())
  const reference = beginMeasuring({ release: old, source, intervalSeconds, signal: signal() })
  await pause(referenceSeconds * 1000)
  await platform.promote(fresh, signal())
  await reference.stop()
  const began = performance.now()
  const measuring = beginMeasuring({ release: fresh, source, intervalSeconds, signal: signal() })
  let seconds = 0
  let state = 'inconclusive'
  let words = ''
  while (seconds < windowSeconds && state !== 'fail') {
    await pause(intervalSeconds * 1000)
    const now = Math.min(windowSeconds, (performance.now() - began) / 1000)
    const latency = isLatencyLook(seconds, now, { policy, ...rest }) ? ('judged' as const) : ('not-yet' as const)
    seconds = now
    const readings = { before: reference.readings(), since: measuring.readings() }
    const verdict = judgeReadings(readings, { wish: { policy, ...rest }, changed, latency })
    state = verdict.state
    const told = verdict.findings.filter((one) => one.verdict === 'worse' || one.metric === 'latency')
    words = told.map((one) => `${one.verdict}: ${one.words}`).join(' | ')
  }
  await measuring.stop()
  return { state, seconds, words, catalog: measurementOf('catalog', measuring.readings()) }
}

type Planted = { readonly path: string; readonly change: (text: string) => string }

const start = async (shop: Shop, platform: Platform, old: ReleaseRecord, fault: Planted): Promise<ReleaseRecord> => {
  const restore = await shop.edit(fault.path, fault.change)
  const artifacts = await platform.build(services, work())
  await restore()
  const rendered = await platform.render(artifacts)
  const { number: _, ...copy } = old
  const fresh = await platform.releases.create(
    { ...copy, services: { ...rendered.services }, previous: old.number },
    signal(),
  )
  await platform.apply(fresh, 'refuse', signal())
  const watching = new AbortController()
  for await (const { services: seen } of platform.observe(fresh, watching.signal)) {
    if (seen.every(({ instances }) => instances.every(({ ready }) => ready))) watching.abort()
  }
  return fresh
}

const harmless = (word: string): Planted => ({
  path: 'services/catalog/main.ts',
  change: (text) => `${text}\nReflect.set(globalThis, 'bench', '${word}')\n`,
})

/** Waits a share of what the rest of the route takes: a list takes some milliseconds, and a timer counts whole ones. */
const slower = (milliseconds: number): Planted => {
  const wait = `await new Promise((resolve) => setTimeout(resolve, ${milliseconds}))`
  return {
    path: fallingShelf.path,
    change: (text) => text.replaceAll('const { limit,', `${wait}\n  const { limit,`),
  }
}

const figure = (label: string, unit: string, values: readonly number[]): Figure => ({
  label,
  unit,
  values,
  atMost: null,
})

const print = (text: string) => process.stdout.write(`${text}\n`)

/** How often the analysis takes back a release as good as the one before, and how soon it finds one that is not. */
export const benchAnalysis = async (words: readonly string[]): Promise<void> => {
  const { values } = parseArgs({
    args: [...words],
    options: { runs: { type: 'string', default: '50' }, faults: { type: 'string', default: '5' } },
  })
  const [runs, faults] = [Number(values.runs), Number(values.faults)]
  const shop = await createShop()
  const environment = { PATH: process.env.PATH ?? '', HOME: join(shop.root, '..', 'home') }
  const platform = createLocalPlatform({
    repository: shop.root,
    environment: 'local',
    variables: environment,
    publicPort: shop.port,
  })
  await shop.deploy()
  const readers = startReaders(shop.url)
  try {
    const [old] = (await platform.releases.list()).records
    if (old === undefined) throw new Error('nothing was released')
    const equal = await start(shop, platform, old, harmless('equal'))
    // Both have answered thousands before anything is compared.
    for (const release of [old, equal, old, equal]) {
      await platform.promote(release, signal())
      await pause(4000)
    }
    const requests: number[] = []
    const means: number[] = []
    const states = new Map<string, number>()
    for (let run = 1; run <= runs; run += 1) {
      const { state, seconds, words: told, catalog } = await analyseOnce({ platform, old, fresh: equal }, wish(8))
      const sum = sumOf(catalog.spans)
      requests.push(requestsOf(sum) / catalog.seconds)
      means.push((1000 * sum.reduce((total, { seconds }) => total + seconds, 0)) / requestsOf(sum))
      states.set(state, (states.get(state) ?? 0) + 1)
      print(`equal ${run}: ${state} after ${seconds.toFixed(1)} s ${told}`)
    }
    const usual = means.toSorted((a, b) => a - b)[Math.floor(means.length / 2)] ?? 5
    const wait = Math.max(1, Math.ceil(0.3 * usual))
    const found = async (name: string, fault: Planted) => {
      const fresh = await start(shop, platform, old, fault)
      await platform.promote(fresh, signal())
      await pause(4000)
      const seconds: number[] = []
      for (let run = 1; run <= faults; run += 1) {
        const outcome = await analyseOnce({ platform, old, fresh }, wish(15))
        print(`${name} ${run}: ${outcome.state} after ${outcome.seconds.toFixed(1)} s ${outcome.words}`)
        if (outcome.state === 'fail') seconds.push(outcome.seconds)
      }
      return seconds
    }
    const failing = await found('5 % errors', fallingShelf)
    const slow = await found(`${wait} ms slower`, slower(wait))
    print('')
    print(
      renderFigures([
        figure('requests to catalog', '1/s', requests),
        figure('mean of a request', 'ms', means),
        figure(`verdict on 5 % errors (${failing.length} of ${faults} found)`, 's', failing),
        figure(`verdict on ${wait} ms more (${slow.length} of ${faults} found)`, 's', slow),
      ]),
    )
    print(
      `Of ${runs} releases as good as the one before: ${[...states].map(([state, count]) => `${count} ${state}`).join(', ')}.`,
    )
  } finally {
    await readers.stop()
    await shop.close()
  }
}
