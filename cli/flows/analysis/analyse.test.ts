import { describe, expect, test } from 'vitest'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { analysisPolicies, withWindow } from '../../health/analysis/analysis-policy.ts'
import type { InstanceMetrics } from '../../platforms/platform.ts'
import { deploy } from '../deploy.ts'
import { failureOf } from '../testing/failure-of.ts'
import { scriptedMeans } from '../testing/scripted-means.ts'
import { deployAll, goodSource, withRelease1 } from '../testing/with-release.ts'
import type { AnalysisWish } from './analysis-wish.ts'

const local = analysisPolicies.local ?? expect.fail('local has no policy')
/** Readings come as fast as they can here: what is counted grows by the reading and not by the clock. */
const wish: AnalysisWish = {
  policy: { ...withWindow(local, 0.4), intervalSeconds: 0.01, referenceSeconds: 0.2 },
  inconclusive: 'pass',
}

/** An instance that answers forty requests between two readings, some of them with 500. */
const catalogInstance = (name: string, { errors, asked = 40 }: { errors: number; asked?: number }) => {
  let readings = 0
  return (): InstanceMetrics => {
    readings += 1
    const line = (status: number, count: number) => {
      const labels = `method="GET",route="/api/v1/products",status_code="${status}"`
      return [
        `http_request_duration_seconds_count{${labels}} ${count * readings}`,
        `http_request_duration_seconds_sum{${labels}} ${0.01 * count * readings}`,
      ]
    }
    const lines = [...line(200, asked - errors), ...(errors === 0 ? [] : line(500, errors))]
    const text = ['# TYPE http_request_duration_seconds histogram', ...lines].join('\n')
    return { service: 'catalog', name, text, milliseconds: 1 }
  }
}

const release2 = async (errors: number, asked = 40) => {
  const world = await withRelease1()
  world.source.catalog = 'catalog-2'
  const old = catalogInstance('process 1', { errors: 0, asked })
  const fresh = catalogInstance('process 2', { errors, asked })
  world.metrics.set(1, () => [old()])
  world.metrics.set(2, () => [fresh()])
  return world
}

const analysing = (world: Awaited<ReturnType<typeof release2>>, changes: Partial<AnalysisWish> = {}) => {
  const scripted = scriptedMeans(world.platform)
  return { ...scripted, means: { ...scripted.means, analysis: { ...wish, ...changes } } }
}

describe('once users are on a release', () => {
  test('one that does as well as the one before stays, with the figures in its record', async () => {
    const world = await release2(0)
    const patient = { ...wish.policy, windowSeconds: 2, referenceSeconds: 1 }
    const { means, events } = analysing(world, { policy: patient })
    expect((await deploy(deployAll, means)).outcome).toBe('deployed')
    expect(world.serving()).toBe(2)
    expect(world.records[1]).toMatchObject({ state: 'succeeded', analysis: { state: 'passed', source: 'instances' } })
    const steps = events.flatMap((event) => (event.type === 'step.started' ? [event.step] : []))
    expect(steps.slice(steps.indexOf('record'))).toEqual([
      'record',
      'measure',
      'migrate',
      'apply',
      'gate',
      'smoke',
      'promote',
      'analyse',
      'close',
      'retire',
    ])
  })

  test('one that fails more often is taken back, and says what, against what and how sure', async () => {
    const world = await release2(4)
    const error = await failureOf(deploy(deployAll, analysing(world).means))
    expect(error).toMatchObject({ code: 'ANALYSIS_FAILED', exitCode: 4 })
    expect(error.message).toContain(
      'catalog did worse than release 1 once users were on release 2 of local; users are back on release 1',
    )
    expect(error.why[0]).toMatch(/^catalog.*10\.0 % of [\d,]+ requests failed .*the release before 0 % .*by chance: /)
    expect(world.serving()).toBe(1)
    expect(world.records[1]).toMatchObject({
      state: 'rolled-back',
      culprits: ['catalog'],
      analysis: { state: 'failed' },
    })
  })

  test('one that nobody asks stays with a warning, or goes where that is wished', async () => {
    const silent = await release2(0, 0)
    const { means, events } = analysing(silent)
    await deploy(deployAll, means)
    const warnings = events.flatMap((event) => (event.type === 'warning' ? [event.message] : []))
    expect(warnings).toContainEqual(
      expect.stringMatching(
        /^The analysis of release 2 is inconclusive, which is no failure: catalog: 0 % of 0 requests/,
      ),
    )
    expect(silent.records[1]).toMatchObject({ state: 'succeeded', analysis: { state: 'inconclusive' } })

    const strict = await release2(0, 0)
    const error = await failureOf(deploy(deployAll, analysing(strict, { inconclusive: 'fail' }).means))
    expect(error).toMatchObject({ code: 'ANALYSIS_INCONCLUSIVE', exitCode: 4 })
    expect(strict.records[1]).toMatchObject({ state: 'rolled-back', culprits: [] })
  })

  test('one that tells no metrics is inconclusive too', async () => {
    const world = await release2(0)
    world.metrics.clear()
    const { means, events } = analysing(world)
    await deploy(deployAll, means)
    const warnings = events.flatMap((event) => (event.type === 'warning' ? [event.message] : []))
    expect(warnings).toContainEqual(
      expect.stringContaining('catalog: its metrics are not known: no instance of it was found to ask'),
    )
  })

  test('one that crashes meanwhile is taken back for that', async () => {
    const world = await release2(0)
    world.metrics.set(2, () => {
      world.behaviours['catalog-2'] = 'crashes'
      return []
    })
    const error = await failureOf(deploy(deployAll, analysing(world).means))
    expect(error).toMatchObject({ code: 'ROLLOUT_UNHEALTHY', exitCode: 4 })
    expect(error.message).toContain('catalog did not stay healthy in local; users are back on release 1')
  })

  test('one that was killed in the watch goes back with the next deploy, for nobody knows what users got', async () => {
    const world = await release2(0)
    const scripted = analysing(world)
    world.hooks.promote = () => {
      delete world.hooks.promote
      setTimeout(() => {
        scripted.interrupt()
        scripted.abandon()
      }, 50)
    }
    await failureOf(deploy(deployAll, scripted.means))
    expect(world.records[1]).toMatchObject({ state: 'in-progress', analysis: null })
    world.source.catalog = goodSource.catalog
    await deploy(deployAll, scriptedMeans(world.platform).means)
    expect(world.records[1]).toMatchObject({ state: 'aborted', analysisOwed: { inconclusive: 'pass' } })
    expect(world.serving()).toBe(1)
  })

  test('one that has failed goes back with the next deploy where its own way back was killed', async () => {
    const world = await release2(4)
    const scripted = analysing(world)
    world.hooks.evidence = () => {
      scripted.interrupt()
      scripted.abandon()
    }
    await failureOf(deploy(deployAll, scripted.means))
    expect(world.records[1]).toMatchObject({ state: 'in-progress', culprits: ['catalog'] })
    world.source.catalog = goodSource.catalog
    await deploy(deployAll, scriptedMeans(world.platform).means)
    expect(world.records[1]).toMatchObject({ state: 'aborted', analysis: { state: 'failed' } })
    expect(world.serving()).toBe(1)
  })

  test('one that has failed is taken back for that, although the figures cannot be written at once', async () => {
    const world = await release2(4)
    const { releases } = world.platform
    let refused = 0
    const update: typeof releases.update = async (record, signal) => {
      if (record.analysis === null || refused > 0) return releases.update(record, signal)
      refused += 1
      throw new ShopctlError({ code: 'UNREACHABLE', outcome: 'unknown', what: 'the store does not answer' })
    }
    const platform = { ...world.platform, releases: { ...releases, update } }
    const error = await failureOf(deploy(deployAll, { ...analysing(world).means, platform }))
    expect(refused).toBe(1)
    expect(error).toMatchObject({ code: 'ANALYSIS_FAILED', exitCode: 4 })
    expect(error.why).toContainEqual('the figures could not be kept at once: the store does not answer')
    expect(world.serving()).toBe(1)
    expect(world.records[1]).toMatchObject({
      state: 'rolled-back',
      culprits: ['catalog'],
      analysis: { state: 'failed' },
    })
  })

  test('an interrupt ends the watch, and users go back', async () => {
    const world = await release2(0)
    const { means } = analysing(world)
    const interrupt = new AbortController()
    world.hooks.promote = () => void setTimeout(() => interrupt.abort(), 50)
    const error = await failureOf(deploy(deployAll, { ...means, interrupted: interrupt.signal }))
    expect(error).toMatchObject({ code: 'INTERRUPTED', exitCode: 130 })
    expect(world.serving()).toBe(1)
    expect(world.records[1]).toMatchObject({ state: 'aborted' })
  })
})
