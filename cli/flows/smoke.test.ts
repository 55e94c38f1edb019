import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { environments } from '../../stacks/environments.ts'
import type { Platform } from '../platforms/platform.ts'
import type { SmokeResult } from '../smoke/run-checks.ts'
import { smokeReportSchema } from '../smoke/smoke-report.ts'
import { type SmokeRequest, smoke } from './smoke.ts'
import { failureOf } from './testing/failure-of.ts'
import { scriptedMeans } from './testing/scripted-means.ts'
import { scriptedPlatform } from './testing/scripted-platform.ts'
import { goodSource, withRelease1 } from './testing/with-release.ts'

const request: SmokeRequest = {
  facts: environments.local,
  only: null,
  journeys: 'leave-out',
  junit: null,
  secondsPerCheck: 1,
  keepSecret: () => undefined,
  redact: (text) => text,
}

const temporaryFile = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'smoke-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return join(folder, 'made by it', 'smoke.xml')
}

/** Opens a way to a scripted shop, and counts how often it was closed again. */
const opening = (platform: Platform) => {
  const seen = { closed: 0 }
  const close = async () => {
    seen.closed += 1
  }
  return { seen, platform: { ...platform, openEntry: async () => ({ url: 'http://entry.test', headers: {}, close }) } }
}

test('what passed is told with its release and its way, and the way is closed', async () => {
  const { platform, seen } = opening((await withRelease1()).platform)
  const report = smokeReportSchema.parse(await smoke(request, scriptedMeans(platform).means))
  expect(report).toMatchObject({ environment: 'local', release: 1, entry: 'http://entry.test', verdict: 'passed' })
  expect(report.checks.filter(({ name }) => name.endsWith('is ready as it was released'))).toHaveLength(3)
  expect(report.journeys).toEqual([])
  expect(seen.closed).toBe(1)
})

test('where nothing was ever deployed it is refused', async () => {
  const error = await failureOf(smoke(request, scriptedMeans(scriptedPlatform(goodSource).platform).means))
  expect(error).toMatchObject({ code: 'NOTHING_DEPLOYED', exitCode: 3 })
})

test('a check that failed has its request and the log to read', async () => {
  const { means, smokeFailures } = scriptedMeans((await withRelease1()).platform)
  smokeFailures.push('orders')
  const report = await smoke(request, means)
  expect(report.verdict).toBe('failed')
  const failed = report.checks.filter(({ result }) => result === 'failed')
  expect(new Set(failed.map(({ service }) => service))).toEqual(new Set(['orders']))
  expect(failed.at(-1)?.failure).toMatchObject({
    requestId: 'smoke-1',
    fix: [expect.stringMatching(/logs orders --env local --tail 1000 --raw \| grep smoke-1$/)],
  })
})

test('a service that is not ready fails although it answers', async () => {
  const world = await withRelease1()
  world.running.clear()
  const report = await smoke(request, scriptedMeans(world.platform).means)
  const failed = report.checks.filter(({ result }) => result === 'failed')
  expect(failed.map(({ name }) => name)).toEqual([
    'users is ready as it was released',
    'catalog is ready as it was released',
    'orders is ready as it was released',
  ])
  expect(failed[0]?.failure?.what).toBe('process 1 is down')
})

test('an instance of another release fails although it is ready', async () => {
  const { platform } = await withRelease1()
  const running: Platform['running'] = async () => {
    const state = await platform.running()
    const instances = state.instances.map((one) => (one.service === 'users' ? { ...one, digest: 'sha256:old' } : one))
    return { ...state, instances }
  }
  const report = await smoke(request, scriptedMeans({ ...platform, running }).means)
  const failed = report.checks.filter(({ result }) => result === 'failed')
  expect(failed.map(({ failure }) => failure?.what)).toEqual([
    expect.stringMatching(/^process 1 runs sha256:old and the release is sha256:/),
  ])
})

test('only the services that are named are asked', async () => {
  const { platform } = await withRelease1()
  const report = await smoke({ ...request, only: ['users', 'orders'] }, scriptedMeans(platform).means)
  expect(new Set(report.checks.map(({ service }) => service))).toEqual(new Set(['users', 'orders']))
})

const silent = (answered: (index: number) => SmokeResult['answered']) => {
  return async (checks: readonly SmokeResult['check'][]): Promise<readonly SmokeResult[]> =>
    checks.map((check, index) => {
      const failure = answered(index) === 'no' ? `GET ${check.path}: connect ECONNREFUSED` : null
      return { check, failure, answered: answered(index), requestId: 'smoke-1', milliseconds: 1 }
    })
}

test('where nothing at all answers it is the way that is not known to lead there', async () => {
  const { platform, seen } = opening((await withRelease1()).platform)
  const junit = await temporaryFile()
  const means = { ...scriptedMeans(platform).means, smoke: silent(() => 'no') }
  const error = await failureOf(smoke({ ...request, junit, journeys: 'make' }, means))
  expect(error).toMatchObject({ code: 'UNREACHABLE', exitCode: 6 })
  expect(error.why[0]).toMatch(/ECONNREFUSED$/)
  expect(seen.closed).toBe(1)
  expect(await readFile(junit, 'utf8')).toContain('ECONNREFUSED')
})

test('where one thing answers the others have failed', async () => {
  const { platform } = await withRelease1()
  const means = { ...scriptedMeans(platform).means, smoke: silent((index) => (index === 0 ? 'yes' : 'no')) }
  expect((await smoke(request, means)).verdict).toBe('failed')
})

describe('journeys', () => {
  const make = { ...request, journeys: 'make' } as const

  test('are refused where no provider of payments is simulated, before the way is opened', async () => {
    const { platform } = await withRelease1()
    const openEntry = () => Promise.reject(new Error('opened'))
    const error = await failureOf(
      smoke({ ...make, facts: environments.prod }, scriptedMeans({ ...platform, openEntry }).means),
    )
    expect(error).toMatchObject({ code: 'JOURNEYS_REFUSED', exitCode: 3 })
  })

  test('that an environment has no place for are skipped with the reason, and prove nothing', async () => {
    const { platform } = opening((await withRelease1()).platform)
    const facts = { ...environments.staging, settings: {} }
    const { journeys, verdict } = await smoke({ ...make, facts, only: ['users'] }, scriptedMeans(platform).means)
    expect(verdict).toBe('unknown')
    expect(journeys).toMatchObject([{ name: 'a customer has an account', result: 'skipped' }])
    expect(journeys[0]?.reason).toContain('AUTH_UNVERIFIED_LOGIN')
  })

  test('are not begun after an interrupt', async () => {
    const { platform, seen } = opening((await withRelease1()).platform)
    const { means, interrupt } = scriptedMeans(platform)
    const stopping: typeof means.smoke = async (checks, asked) => {
      interrupt()
      return means.smoke(checks, asked)
    }
    await expect(smoke(make, { ...means, smoke: stopping })).rejects.toMatchObject({ code: 'INTERRUPTED' })
    expect(seen.closed).toBe(1)
  })
})
