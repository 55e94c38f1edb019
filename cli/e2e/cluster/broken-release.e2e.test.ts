import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ReleaseRecord } from '../../releases/release.ts'
import { halfMigration, halfMigrationFile } from '../broken-services.ts'
import type { CommandResult } from '../running-command.ts'
import type { ShopClient } from '../shop-client.ts'
import { failureIn } from '../shown-failure.ts'
import { brokenPrograms } from './broken-programs.ts'
import { type Edit, harmless, swap, whenServing } from './cluster-breakage.ts'
import { type ClusterShop, createClusterShop, eventually } from './cluster-shop.ts'
import { type FickleRegistry, nodesAreHere, startFickleRegistry } from './fickle-registry.ts'
import { refusedReleases } from './refused-releases.ts'
import { clusterVariables, listAll, noCluster, onCluster, openTestCluster } from './test-cluster.ts'

const env = ['--env', 'dev'] as const
const finalizer = 'e2e.shopctl.dev/hold'
const deadline = () => AbortSignal.timeout(30_000)

/** Whether pulls of the nodes can be led through this test. */
const pullsPassHere = noCluster === null && (await nodesAreHere(await openTestCluster()))
const pulling = (title: string) => (pullsPassHere ? title : `${title} (skipped: the nodes are not on this machine)`)
const needPulls = refusedReleases.filter(({ pulls }) => pulls !== undefined)
const groups = [
  { cause: 'lacks something', breakages: refusedReleases.filter((one) => pullsPassHere || !needPulls.includes(one)) },
  { cause: 'is bad itself', breakages: brokenPrograms },
]

describe.skipIf(noCluster !== null)(onCluster('on a cluster'), () => {
  let shop: ClusterShop
  let registry: FickleRegistry | null = null
  let client: ShopClient
  /** The release that users are on, and that every failure must leave them on. */
  let serving: ReleaseRecord

  const run = (args: readonly string[]): Promise<CommandResult> =>
    shop.run(args, { env: registry === null ? {} : { SHOPCTL_REGISTRY: registry.place } })

  const breakShop = async (edits: readonly Edit[]): Promise<() => Promise<void>> => {
    const back: (() => Promise<void>)[] = []
    // One file may be edited twice.
    for (const { path, change } of edits) back.unshift(await shop.edit(path, change))
    return async () => {
      for (const restore of back) await restore()
    }
  }

  const newest = async (): Promise<ReleaseRecord> => {
    const [record] = await shop.records()
    if (record === undefined) throw new Error('there is no record')
    return record
  }

  const deployGood = async (): Promise<ReleaseRecord> => {
    const result = await run(['deploy', ...env])
    expect(result.code, `${result.stdout}\n${result.stderr}`).toBe(0)
    return newest()
  }

  /** Every pod that is to stay is of the serving release, and ready: all services are of one release. */
  const expectOneRelease = async () => {
    const wanted = Object.entries(serving.services).map(([service, { digest }]) => [service, digest, 'ready'])
    const staying = (await shop.pods()).filter(({ terminating }) => !terminating)
    const seen = staying.map(({ service, image, ready }) => [
      service,
      image.split('@')[1],
      ready ? 'ready' : 'not ready',
    ])
    expect(seen.sort()).toEqual(wanted.sort())
  }

  const holdPod = async (service: string, held: 'held' | 'let-go') => {
    const pods = (await shop.pods()).filter((pod) => pod.service === service)
    const change =
      held === 'held' ? { finalizers: [finalizer] } : { '$deleteFromPrimitiveList/finalizers': [finalizer] }
    for (const { name } of pods) {
      const reference = { apiVersion: 'v1', kind: 'Pod', name, namespace: shop.namespace }
      await shop.kube.patch(reference, { body: { metadata: change } }, deadline())
    }
  }

  beforeAll(async () => {
    registry = pullsPassHere ? await startFickleRegistry(clusterVariables.SHOPCTL_REGISTRY ?? '') : null
    shop = await createClusterShop('dev')
    // A test cluster is small, and a pod beside the serving ones must have its place.
    for (const path of ['stacks/environments.ts', 'manifests/postgres.ts', 'manifests/redis.ts']) {
      await shop.edit(path, (text) => text.replace(/cpu: '(25|50)m'/g, "cpu: '5m'"))
    }
  })
  afterAll(async () => {
    await holdPod('users', 'let-go').catch(() => undefined)
    await shop.close()
    await registry?.close()
  })

  test('where the first deploy ever fails nothing is left running, and it says so', async () => {
    const restore = await breakShop([whenServing('orders', "throw new Error('broken from the beginning')")])
    const result = await run(['deploy', ...env])
    await restore()

    expect(result.code, result.stderr).toBe(4)
    const { what, why, fix } = failureIn(result)
    expect(what).toBe(
      'ROLLOUT_UNHEALTHY: orders did not become healthy in dev; there was no release before it, so nothing is left running in dev.',
    )
    expect(why.join('\n')).toContain('Error: broken from the beginning')
    expect(fix).toContainEqual(expect.stringMatching(/history show 1 --env dev$/))
    const running = { apiVersion: 'v1', kind: 'Pod', namespace: shop.namespace }
    await eventually('were all pods gone', async () => (await listAll(shop.kube, running)).length === 0)
    expect(await shop.record(1)).toMatchObject({ state: 'failed', culprits: ['orders'], previous: null })
    const status = await run(['status', ...env])
    expect(status).toMatchObject({ code: 3, stderr: expect.stringContaining('Nothing is deployed to dev.') })
  })

  test('mended, the next one serves', async () => {
    serving = await deployGood()
    expect(serving).toMatchObject({ number: 2, state: 'succeeded' })
    await expectOneRelease()
  })

  describe('a release that', () => {
    beforeAll(async () => {
      // Alone, where only some of the tests are asked for.
      serving ??= await deployGood()
      // Its successor's failure is to tell of this one.
      await holdPod('users', 'held')
      await shop.edit(harmless('users', 'held').path, harmless('users', 'held').change)
      serving = await deployGood()
    })

    // A customer for each group: being logged in ends after a quarter of an hour.
    describe.each(groups)('$cause', ({ breakages }) => {
      beforeAll(async () => {
        client = await shop.client()
      })
      afterAll(async () => {
        await client.stop()
      })

      describe.each(breakages)('$title', ({ service, edits, prepare, code, why, advice, said, exitCode, events }) => {
        let result: CommandResult
        let record: ReleaseRecord
        let failuresBefore = 0

        beforeAll(async () => {
          failuresBefore = client.report().failures.length
          const restore = await breakShop(edits)
          const takeHandOff = await prepare?.({ shop, registry })
          result = await run(['deploy', ...env])
          await takeHandOff?.()
          await restore()
          record = await newest()
        })

        test('exits 4, and the message says what, why in evidence, and what to type', async () => {
          expect(result.code, result.stderr).toBe(4)
          const failure = failureIn(result)
          expect(failure.what).toMatch(
            new RegExp(
              `^${code}: .*${service}.*; users ${code === 'MIGRATION_FAILED' ? 'stay' : 'are back'} on release ${serving.number}\\.$`,
            ),
          )
          expect(failure.why[0]).toMatch(why)
          const others = failure.why.slice(1).join('\n')
          if (advice !== undefined) expect(others).toContain(advice)
          if (said !== undefined) expect(others).toContain(said)
          expect(failure.fix.at(-1)).toMatch(new RegExp(`history show ${record.number} --env dev$`))
        })

        test('is kept with its evidence', () => {
          const state = 'rolled-back'
          expect(record).toMatchObject({ state, culprits: [service], previous: serving.number, failure: { code } })
          const [evidence] = record.evidence
          expect(evidence).toMatchObject({ service, reason: expect.stringMatching(why) })
          if (said !== undefined) {
            expect([...(evidence?.lastLogs ?? []), ...(evidence?.previousLogs ?? [])].join('\n')).toContain(said)
          }
          if (exitCode !== undefined) expect(evidence?.exitCode).toBe(exitCode)
          if (events !== undefined) expect(evidence?.events.join('\n')).toMatch(events)
        })

        test('leaves all services on one release, and no user noticed', async () => {
          await expectOneRelease()
          expect(client.report().failures.slice(failuresBefore)).toEqual([])
        })
      })
    })

    for (const { title } of pullsPassHere ? [] : needPulls) test.skip(pulling(title))

    test.skipIf(!pullsPassHere)(pulling('is throttled for a while only comes up'), async () => {
      await shop.edit(harmless('orders', 'slow').path, harmless('orders', 'slow').change)
      registry?.refusePulls({ status: 429, times: 1 })
      serving = await deployGood()
      expect(registry?.refused()).toBe(1)
      await expectOneRelease()
    })

    test('was refused as a whole for its size is not refused when the size is mended', async () => {
      await shop.edit(
        'stacks/environments.ts',
        swap('', "orders: size({ min: 1, max: 1 }, { cpu: '5m'", "orders: size({ min: 1, max: 1 }, { cpu: '6m'").change,
      )
      serving = await deployGood()
      await expectOneRelease()
    })

    test('has a migration that failed half way can be mended: nothing of it had stayed', async () => {
      await breakShop(brokenPrograms.find(({ title }) => title.endsWith('fails half way'))?.edits ?? [])
      await shop.edit(halfMigrationFile, () => halfMigration('insert into e2e_half values (1)'))
      serving = await deployGood()
      expect(serving.migrations).toMatchObject([{ service: 'catalog', name: '0099_half' }])
      await expectOneRelease()
    })
  })
})
