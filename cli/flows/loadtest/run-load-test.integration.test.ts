import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { seriesSecond, snapshot } from '../../../loadtest/engine/testing/results.ts'
import { type ScriptedWorker, scriptedWorker } from '../../../loadtest/engine/testing/scripted-worker.ts'
import { parseKeptRun } from '../../../loadtest/report/kept-run.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { freePort } from '../../platforms/local/ports.ts'
import { failureOf } from '../testing/failure-of.ts'
import { scriptedMeans } from '../testing/scripted-means.ts'
import { withRelease1 } from '../testing/with-release.ts'
import type { LoadFleet } from './load-fleet.ts'
import { loadPlan } from './load-plan.ts'
import { runLoadTest } from './run-load-test.ts'

let directory: string
let closeShop: () => void = () => undefined
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shopctl-load-'))
})
afterEach(async () => {
  closeShop()
  await rm(directory, { recursive: true, force: true })
})

const startShop = async () => {
  const server = createServer((request, response) => request.resume().on('end', () => response.end('{"data":[]}')))
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  closeShop = () => {
    server.close()
    server.closeAllConnections()
  }
  return { url: `http://127.0.0.1:${port}`, headers: {} }
}

type World = { readonly close: LoadFleet['close']; readonly begun?: (worker: ScriptedWorker) => void }

const sendsOneSecond = (worker: ScriptedWorker) => {
  worker.say(snapshot({ second: 0, series: [seriesSecond({ latencies: { ok: [10] } })], generator: { started: 1 } }))
  worker.end(1)
}

/** A shop whose customers only look, and a fleet of one worker that is scripted. */
const createWorld = async ({ close, begun = sendsOneSecond }: World) => {
  const entry = await startShop()
  const { platform } = await withRelease1()
  const scripted = scriptedMeans({ ...platform, openEntry: async () => entry })
  const worker = scriptedWorker('0')
  const request = {
    plan: loadPlan({ profile: 'smoke', making: 'only looks' }),
    directory,
    output: join(directory, 'run.json'),
    openFleet: async (): Promise<LoadFleet> => {
      begun(worker)
      return { target: entry.url, workers: [worker], leadSeconds: 0, close }
    },
    keepSecret: () => undefined,
  }
  const warnings = () =>
    scripted.events.flatMap((event) => (event.type === 'warning' ? [`${event.message} ${event.fix.join()}`] : []))
  return { ...scripted, worker, request, warnings }
}

const kept = async () => parseKeptRun(await readFile(join(directory, 'run.json'), 'utf8'))

const left = new ShopctlError({
  code: 'LOAD_PODS_LEFT',
  outcome: 'failed',
  what: 'The load workers of Job load-1 may still be in local; the cluster removes them by itself by 23:10.',
  why: ['1 pods were still there after 90 s'],
})
const told = [`${left.message} ${left.why[0]} `]

test('the result is kept and answered although its workers cannot be taken away, which is a warning', async () => {
  const { request, means, warnings } = await createWorld({ close: () => Promise.reject(left) })
  const { run, files } = await runLoadTest(request, means)
  expect(await kept()).toEqual(run)
  expect((await readdir(directory)).toSorted()).toEqual(['run.html', 'run.json'])
  expect(files.result).toBe(join(directory, 'run.json'))
  expect(warnings()).toEqual(told)
})

test('so it is after an interrupt, whose word stays the last', async () => {
  const world = await createWorld({
    close: () => Promise.reject(left),
    begun: () => undefined,
  })
  const { request, means, warnings, worker, interrupt, events } = world
  const running = failureOf(runLoadTest(request, means))
  await expect.poll(() => worker.calls).toContain('begin')
  interrupt()
  await expect.poll(() => worker.calls).toContain('stop')
  sendsOneSecond(worker)
  expect(await running).toMatchObject({
    code: 'INTERRUPTED',
    why: expect.arrayContaining([expect.stringMatching(/1 ok/)]),
  })
  expect((await kept()).result.partial).toBe(true)
  expect(warnings()).toEqual(told)
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'step.finished', step: 'keep-result', outcome: 'done' }),
  )
})

test('the result is on disk before its workers are waited for, and the second interrupt ends that wait', async () => {
  const world = await createWorld({
    close: (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(left), { once: true })),
  })
  const running = runLoadTest(world.request, world.means)
  await expect.poll(async () => (await readdir(directory)).includes('run.html')).toBe(true)
  world.abandon()
  await running.catch(() => undefined)
  expect((await kept()).result.totals.ok).toBe(1)
  expect(world.warnings()).toEqual(told)
})

test('a second run in the same environment is refused before anything is asked of the shop', async () => {
  const first = await createWorld({ close: async () => undefined, begun: () => undefined })
  const running = runLoadTest(first.request, first.means)
  await expect.poll(() => first.worker.calls).toContain('begin')
  const failure = await failureOf(runLoadTest(first.request, first.means))
  expect(failure).toMatchObject({ code: 'LOAD_RUNNING', outcome: 'refused' })
  expect(failure.why).toEqual([expect.stringMatching(/^ada@laptop runs load test \w+ as process \d+ since 20/)])
  sendsOneSecond(first.worker)
  await running
  expect((await readdir(directory)).filter((name) => name.endsWith('.made.json'))).toEqual([])
})
