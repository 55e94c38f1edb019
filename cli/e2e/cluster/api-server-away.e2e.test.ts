import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ShopClient } from '../shop-client.ts'
import { type StoppedCommand, startStopped } from '../stopped-command.ts'
import { type ClusterShop, createClusterShop, eventually } from './cluster-shop.ts'
import { openForgetfulServer } from './forgetful-server.ts'
import { apiServer, kubeconfigTo, openServerWire, type ServerWire } from './server-wire.ts'
import { noCluster, onCluster } from './test-cluster.ts'
import { expectWhole } from './whole-set.ts'

const deploy = ['deploy', '--env', 'dev', '--force']
const timeToLiveSeconds = 30

describe.skipIf(noCluster !== null)(onCluster('a deploy that loses its API server'), () => {
  let shop: ClusterShop
  let client: ShopClient
  let directory: string
  let wire: ServerWire
  let KUBECONFIG: string
  let undoEdit: () => Promise<void>

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'shopctl-away-'))
    shop = await createClusterShop()
    wire = await openServerWire(await apiServer())
    KUBECONFIG = await kubeconfigTo(directory, `https://127.0.0.1:${wire.port}`)
    await shop.deploy()
    client = await shop.client()
  }, 240_000)
  afterAll(async () => {
    await client?.stop()
    await wire?.refuse()
    await shop?.close()
    await rm(directory, { recursive: true, force: true })
  })

  let edits = 0
  beforeEach(async () => {
    edits += 1
    const change = `\nReflect.set(globalThis, 'edit', ${edits})\n`
    undoEdit = await shop.edit('services/catalog/main.ts', (text) => `${text}${change}`)
  })
  afterEach(() => wire.join())

  const newest = async () => {
    const [record] = await shop.records()
    if (record === undefined) throw new Error('no release')
    return record
  }
  /** Stands in the middle of its rollout: it has been applied and is being watched. */
  const untilRolling = async (command: StoppedCommand) => {
    const isWatching = async () => (await command.events()).some(({ type }) => type === 'health.changed')
    await eventually('began to watch', isWatching)
  }
  const begin = async () => {
    const command = await startStopped(shop, deploy, { stopAt: [], env: { KUBECONFIG } })
    await untilRolling(command)
    return command
  }
  const expectDeployed = async (command: StoppedCommand) => {
    const { code, stdout, stderr } = await command.finish()
    expect({ code, stdout, stderr }).toMatchObject({ code: 0, stderr: '' })
    const release = await newest()
    expect(release).toMatchObject({ state: 'succeeded', failure: null })
    await expectWhole(shop, release.number)
    expect(client.report().failures).toEqual([])
  }

  test('for 10 s, refused: the deploy goes on and ends right', async () => {
    const command = await begin()
    await wire.refuse()
    await pause(10_000)
    await wire.join()
    await expectDeployed(command)
  })

  test('for 10 s, into a black hole: the deploy goes on and ends right', async () => {
    const command = await begin()
    wire.swallow()
    await pause(10_000)
    await wire.join()
    await expectDeployed(command)
  })

  test('for 10 s, at its smoke checks: they are asked again, and no service is blamed', async () => {
    const command = await startStopped(shop, deploy, { stopAt: ['smoke'], env: { KUBECONFIG } })
    await command.stopped()
    await wire.refuse()
    command.goOn()
    await pause(10_000)
    await wire.join()
    await expectDeployed(command)
  })

  test('by resets again and again, from the beginning on: the deploy goes on and ends right', async () => {
    const cutting = setInterval(() => wire.cut(), 700)
    try {
      const command = await startStopped(shop, deploy, { stopAt: [], env: { KUBECONFIG } })
      await expectDeployed(command)
    } finally {
      clearInterval(cutting)
    }
  })

  test('by versions that are compacted away under every other watch: the deploy goes on and ends right', async () => {
    const forgetful = await openForgetfulServer()
    try {
      const env = { KUBECONFIG: await kubeconfigTo(directory, forgetful.url) }
      const command = await startStopped(shop, deploy, { stopAt: [], env })
      await expectDeployed(command)
      expect(forgetful.expired()).toBeGreaterThanOrEqual(2)
    } finally {
      await forgetful.close()
    }
  })

  test('before it began: nothing was changed, and what to type is said', async () => {
    await wire.refuse()
    const before = await newest()
    const { code, stderr, milliseconds } = await shop.run(deploy, { env: { KUBECONFIG } })
    expect({ code, stderr }).toEqual({ code: 6, stderr: expect.stringMatching(/^UNREACHABLE: /) })
    expect(stderr).toMatch(/Fix: kubectl .*\/readyz\n$/)
    expect(milliseconds).toBeLessThan(30_000)
    expect(await newest()).toEqual(before)
  })

  describe('for good', () => {
    const lost = async (command: StoppedCommand) => {
      const began = performance.now()
      const { code, stderr } = await command.finish()
      const seconds = (performance.now() - began) / 1000
      return { code, stderr, seconds }
    }

    test.each([
      ['while it is watched', 'deploy'],
      ['while it is applied', 'rollback'],
    ] as const)('%s: nothing is rolled back blindly, and the next %s settles it', async (when, next) => {
      const before = await newest()
      const command = await startStopped(shop, deploy, {
        stopAt: when === 'while it is applied' ? ['apply'] : [],
        env: { KUBECONFIG },
      })
      if (when === 'while it is applied') await command.stopped()
      else await untilRolling(command)
      await wire.refuse()
      if (when === 'while it is applied') command.goOn()
      const { code, stderr, seconds } = await lost(command)
      const left = await newest()
      expect(client.report().failures).toEqual([])

      expect({ code, stderr }).toEqual({
        code: 6,
        stderr: expect.stringMatching(/^LOCK_LOST: The lock on dev was lost/),
      })
      expect(stderr).toContain(`in the middle of release ${left.number}; nothing was rolled back`)
      expect(stderr).toContain(`it could not be renewed for ${timeToLiveSeconds} s`)
      expect(stderr).not.toMatch(/^\s+at /m)
      expect(stderr).toMatch(/Fix: .*bin\/shopctl' deploy --env dev\n$/)
      expect(seconds).toBeLessThan(timeToLiveSeconds + 10)
      expect(left).toMatchObject({ number: before.number + 1, state: 'in-progress' })

      // The server is there again for whoever comes next.
      await wire.join()
      const status = await shop.run(['status', '--env', 'dev'])
      expect(status.stdout).toContain(`Release ${left.number} was left unfinished by a shopctl that is gone`)
      await undoEdit()
      const args = next === 'deploy' ? ['deploy', '--env', 'dev'] : ['rollback', '--env', 'dev', '--yes']
      const settled = await shop.run(args)
      expect(settled).toMatchObject({ code: 0, stdout: expect.stringContaining(`Found release ${left.number}`) })
      expect(await shop.record(left.number)).toMatchObject({ state: 'aborted', failure: { code: 'PROCESS_GONE' } })
      const { number } = await newest()
      await expectWhole(shop, number === left.number ? before.number : number)
      expect(client.report().failures).toEqual([])
    })
  })
})
