import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createShop, type Shop } from '../../cli/e2e/shop.ts'
import { ask } from '../../cli/e2e/shop-api.ts'
import { type Figure, isMissed, medianOf, renderFigures } from './figures.ts'
import { costOfGet, getMany } from './process-cost.ts'
import { startLike } from './service-start.ts'

const root = join(import.meta.dirname, '..', '..')
const services = ['users', 'catalog', 'orders'] as const
const env = ['--env', 'local'] as const
const requestsToWarm = 2_000
const requestsMeasured = 4_000

type Bench = { readonly shop: Shop; readonly rounds: number }

const figure = (label: string, unit: string, values: readonly number[]): Figure => ({
  label,
  unit,
  values,
  atMost: null,
})

/** One round after the other: they share the machine. */
const repeat = async (rounds: number, round: (number: number) => Promise<number>): Promise<readonly number[]> => {
  const values: number[] = []
  for (let number = 1; number <= rounds; number++) values.push(await round(number))
  return values
}

const runWell = async (shop: Shop, words: readonly string[]): Promise<number> => {
  const { code, milliseconds, stdout, stderr } = await shop.run([...words, ...env])
  if (code !== 0) throw new Error(`${words.join(' ')} exited ${code}:\n${stdout}\n${stderr}`)
  return milliseconds
}

/** Tells how busy the machine was. */
const timeBareNode = (): number => {
  const began = performance.now()
  spawnSync(process.execPath, ['-e', '0'])
  return performance.now() - began
}

const benchUnchanged = async ({ shop, rounds }: Bench): Promise<readonly Figure[]> => {
  await runWell(shop, ['deploy'])
  const [status, bareNode]: [number[], number[]] = [[], []]
  const unchanged = await repeat(rounds, async () => {
    bareNode.push(timeBareNode())
    status.push(await runWell(shop, ['status']))
    return runWell(shop, ['deploy'])
  })
  const twice = 2 * medianOf(status)
  return [
    figure('node -e 0, to compare with', 'ms', bareNode),
    figure('status', 'ms', status),
    { ...figure('deploy, nothing changed', 'ms', unchanged), atMost: Math.round(twice) },
  ]
}

/** A text of catalog's that no bundle had before. */
const changeCatalog = (shop: Shop, what: string) =>
  shop.edit('services/catalog/inventory/stock-routes.ts', (text) =>
    text.replace(/summary: 'Get the stock of [^']*'/, `summary: 'Get the stock of ${what}'`),
  )

type EventLine = { readonly type: string; readonly time: string; readonly state?: string; readonly service?: string }

const readEvents = async (shop: Shop): Promise<readonly EventLine[]> => {
  const text = await readFile(join(shop.root, 'events.jsonl'), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

const timeOf = (events: readonly EventLine[], wanted: (event: EventLine) => boolean): number =>
  Date.parse(events.find(wanted)?.time ?? '')

const untilPromoted = async (shop: Shop, words: readonly string[]): Promise<number> => {
  const began = Date.now()
  await runWell(shop, [...words, '--events', 'events.jsonl'])
  return timeOf(await readEvents(shop), ({ type }) => type === 'release.promoted') - began
}

const benchOneService = async ({ shop, rounds }: Bench): Promise<readonly Figure[]> => {
  const values = await repeat(rounds, async (round) => {
    await changeCatalog(shop, `product ${round}`)
    return untilPromoted(shop, ['deploy'])
  })
  return [figure('one-service deploy, until the edge has switched (6 s of it the stability window)', 'ms', values)]
}

const benchRollback = async ({ shop, rounds }: Bench): Promise<readonly Figure[]> => {
  const commands: number[] = []
  const switched = await repeat(rounds, async () => {
    const began = performance.now()
    const milliseconds = await untilPromoted(shop, ['rollback', '--yes'])
    commands.push(performance.now() - began)
    return milliseconds
  })
  return [
    figure('rollback, until the edge has switched (1 s of it the stability window)', 'ms', switched),
    figure('rollback, the whole command', 'ms', commands),
  ]
}

const servedRelease = async (shop: Shop): Promise<number> =>
  Number((await ask(`${shop.url}/api/v1/products?limit=1`)).headers['x-shop-release'])

const benchWatch = async ({ shop, rounds }: Bench): Promise<readonly Figure[]> => {
  const watching = shop.start(['deploy', ...env, '--watch', '--force'])
  await watching.waitFor('Watching services/', 120)
  const values = await repeat(rounds, async (round) => {
    const before = await servedRelease(shop)
    const began = performance.now()
    await changeCatalog(shop, `save ${round}`)
    while ((await servedRelease(shop)) === before) await Promise.resolve()
    const milliseconds = performance.now() - began
    await watching.waitFor(`release ${before + 1} serves after`)
    return milliseconds
  })
  watching.kill('SIGINT')
  await watching.result()
  return [{ ...figure('--watch, save to serving', 'ms', values), atMost: 1000 }]
}

/** Ready, then dead: the service writes the moment itself. */
const dying = (round: number) =>
  `setTimeout(() => { process.stdout.write('died at ' + Date.now() + '\\n'); process.exit(3) }, ${1500 + round})\n`

const benchCrash = async ({ shop, rounds }: Bench): Promise<readonly Figure[]> => {
  const values = await repeat(rounds, async (round) => {
    const mend = await shop.edit('services/catalog/main.ts', (text) => `${dying(round)}${text}`)
    const { code, stdout } = await shop.run(['deploy', ...env, '--events', 'events.jsonl'])
    await mend()
    if (code !== 4) throw new Error(`a deploy that crashes exited ${code}:\n${stdout}`)
    const [record] = await shop.records()
    const died = record?.evidence[0]?.lastLogs.map((line) => /died at (\d+)/.exec(line)?.[1]).find(Boolean)
    const events = await readEvents(shop)
    return timeOf(events, ({ service, state }) => service === 'catalog' && state === 'unhealthy') - Number(died)
  })
  return [{ ...figure('crash, from the death of the process to its report', 'ms', values), atMost: 1000 }]
}

const benchService = async ({ shop, rounds }: Bench, service: string): Promise<readonly Figure[]> => {
  const processId = shop.processIds()[service]
  if (processId === undefined) throw new Error(`${service} does not run`)
  const [cpu, resident]: [number[], number[]] = [[], []]
  const ready = await repeat(rounds, async () => {
    const start = await startLike(processId)
    cpu.push(start.cpuMilliseconds)
    resident.push(start.residentMebibytes)
    return start.readyMilliseconds
  })
  return [
    { ...figure(`${service}: process start to ready`, 'ms', ready), atMost: 200 },
    figure(`${service}: CPU of it`, 'ms', cpu),
    figure(`${service}: resident after start`, 'MiB', resident),
  ]
}

const portOf = (processId: number): string =>
  /(?:^|\0)PORT=(\d+)/.exec(readFileSync(`/proc/${processId}/environ`, 'utf8'))?.[1] ?? ''

const benchRequests = async ({ shop, rounds }: Bench): Promise<readonly Figure[]> => {
  const { catalog = 0, edge = 0 } = shop.processIds()
  const [product] = await shop.api.products()
  const path = `/api/v1/products/${product?.id}`
  const direct = `http://127.0.0.1:${portOf(catalog)}${path}`
  await getMany(`${shop.url}${path}`, requestsToWarm)
  const byEdge: number[] = []
  const behindEdge: number[] = []
  const alone = await repeat(rounds, async () => {
    const through = await costOfGet({
      url: `${shop.url}${path}`,
      processes: { edge, catalog },
      requests: requestsMeasured,
    })
    byEdge.push(through.edge ?? Number.NaN)
    behindEdge.push(through.catalog ?? Number.NaN)
    const straight = await costOfGet({ url: direct, processes: { catalog }, requests: requestsMeasured })
    return straight.catalog ?? Number.NaN
  })
  return [
    figure('GET one product, catalog alone: CPU a request', 'µs', alone),
    figure('GET one product through the edge: CPU of catalog', 'µs', behindEdge),
    figure('GET one product through the edge: CPU of the edge', 'µs', byEdge),
  ]
}

/** What a release costs on the local platform, in a shop of its own. Exits 5 where a promise is missed. */
export const benchDeployLocal = async (words: readonly string[]): Promise<void> => {
  const { values } = parseArgs({
    args: [...words],
    options: { rounds: { type: 'string', default: '10' }, write: { type: 'boolean' } },
  })
  const shop = await createShop()
  const bench = { shop, rounds: Number(values.rounds) }
  try {
    await shop.deploy()
    const figures = [
      ...(await benchUnchanged(bench)),
      ...(await benchOneService(bench)),
      ...(await benchRollback(bench)),
      ...(await benchWatch(bench)),
      ...(await benchCrash(bench)),
    ]
    for (const service of services) figures.push(...(await benchService(bench, service)))
    figures.push(...(await benchRequests({ ...bench, rounds: Math.min(bench.rounds, 3) })))
    const table = renderFigures(figures)
    process.stdout.write(`${table}\n`)
    if (values.write) {
      mkdirSync(join(root, 'reports'), { recursive: true })
      writeFileSync(join(root, 'reports', 'deploy-local.txt'), `${table}\n`)
    }
    if (figures.some(isMissed)) process.exitCode = 5
  } finally {
    await shop.close()
  }
}
