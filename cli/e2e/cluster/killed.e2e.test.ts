import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { leaseName } from '../../platforms/kubernetes/lease-object.ts'
import { createKubeLockStore } from '../../platforms/kubernetes/lock-store.ts'
import type { ShopClient } from '../shop-client.ts'
import { startStopped } from '../stopped-command.ts'
import { type ClusterShop, createClusterShop, type OtherMachine } from './cluster-shop.ts'
import { noCluster, onCluster } from './test-cluster.ts'
import { expectWhole } from './whole-set.ts'

const deploy = ['deploy', '--env', 'dev', '--force']
const migrations = 'services/orders/migrations/0001-orders.ts'
const marked = "\nReflect.set(globalThis, 'e2e', 1)\n"

describe.skipIf(noCluster !== null)(onCluster('whoever comes next on a cluster'), () => {
  let shop: ClusterShop
  let other: OtherMachine
  let client: ShopClient

  /** The source that users are on is the one without the mark; both have succeeded here. */
  const withMark = () => shop.edit(migrations, (text) => `${text}${marked}`)

  beforeAll(async () => {
    shop = await createClusterShop()
    await shop.deploy()
    const undo = await withMark()
    await shop.deploy()
    await undo()
    await shop.deploy()
    client = await shop.client()
    other = await shop.otherMachine()
    expect(await other.run(['deploy', '--env', 'dev'])).toMatchObject({ code: 0 })
  }, 240_000)
  afterAll(async () => {
    await client?.stop()
    await other?.remove()
    await shop?.close()
  })

  const newest = async () => {
    const [record] = await shop.records()
    if (record === undefined) throw new Error('no release')
    return record
  }
  const expectUsersOn = async (release: number) => {
    await expectWhole(shop, release)
    expect(client.report().failures).toEqual([])
  }
  const killAt = async (step: string) => {
    const undo = await withMark()
    const command = await startStopped(shop, deploy, { stopAt: [step] })
    await command.stopped()
    command.kill('SIGKILL')
    await command.finish()
    await undo()
    const left = await newest()
    expect(left).toMatchObject({ state: 'in-progress', previous: expect.any(Number) })
    return left
  }
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name: leaseName }
  const editLease = (body: Readonly<Record<string, unknown>>) =>
    shop.kube.patch({ ...lease, namespace: shop.namespace }, { body }, AbortSignal.timeout(10_000))

  describe('after kill -9 on the same machine need not wait', () => {
    test.each([
      ['migrate', 'deploy'],
      ['apply', 'deploy'],
      ['gate', 'rollback'],
      ['promote', 'deploy'],
    ] as const)('at "%s": %s goes back and says what it found', async (step, next) => {
      const left = await killAt(step)
      const before = left.previous ?? 0
      if (step === 'gate') {
        const status = await shop.run(['status', '--env', 'dev'])
        expect(status.stdout).toContain(`Release ${left.number} was left unfinished by a shopctl that is gone`)
      }
      const { code, stdout, stderr } = await shop.run([next, '--env', 'dev', ...(next === 'rollback' ? ['--yes'] : [])])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout).toMatch(/Took over the lock of .*: its process is gone/)
      expect(stdout).toContain(`Found release ${left.number}, begun by`)
      expect(stdout).toContain(`every service was put back on release ${before}`)
      expect(await shop.record(left.number)).toMatchObject({ state: 'aborted', failure: { code: 'PROCESS_GONE' } })
      await expectUsersOn(before)
    })

    test('at "close": the release had passed every check and is kept', async () => {
      const left = await killAt('close')
      const { code, stdout } = await shop.run(['deploy', '--env', 'dev'])
      expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('so it is kept') })
      expect(await shop.record(left.number)).toMatchObject({ state: 'succeeded', failure: null })
      await expectUsersOn((await newest()).number)
    })
  })

  test('after kill -9 on another machine waits until nobody can hold the lock, and mends then', async () => {
    const left = await killAt('apply')
    const store = createKubeLockStore({ client: shop.kube, namespace: shop.namespace })
    const seen = await store.read()
    if (seen === null) throw new Error('no lock')
    const boot = { id: '00000000-0000-4000-8000-000000000000', uptimeSeconds: 60 }
    // Its clock is ahead, so that it looks fresh for a while.
    const renewed = { wall: new Date(Date.now() + 25_000).toISOString(), boot }
    await store.write({ ...seen.value, host: 'somewhere-else', renewed }, seen.version)

    const refused = await other.run(['deploy', '--env', 'dev'])
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringMatching(/^LOCK_HELD: dev is being changed/) })
    expect(refused.stderr).toContain('on somewhere-else)')
    expect(refused.stderr).toContain('it expires by itself 30 s after its holder dies')

    const next = await other.run(['deploy', '--env', 'dev', '--wait', '60'])
    expect(next).toMatchObject({ code: 0, stdout: expect.stringMatching(/Took over .*: its time to live passed/) })
    expect(await shop.record(left.number)).toMatchObject({ state: 'aborted', failure: { code: 'PROCESS_GONE' } })
    await expectUsersOn(left.previous ?? 0)
  })

  describe('while another machine is at work', () => {
    test('is refused and told who, since when and why; with --wait it has its turn', async () => {
      onTestFinished(await withMark())
      const env = { SHOPCTL_WHO: 'ada' }
      const first = await startStopped(shop, [...deploy, '--reason', 'new prices'], { stopAt: ['gate'], env })
      await first.stopped()

      const refused = await other.run(['deploy', '--env', 'dev'])
      expect(refused).toMatchObject({ code: 3, stderr: expect.stringMatching(/^LOCK_HELD: dev is being changed/) })
      expect(refused.stderr).toMatch(new RegExp(`ada \\(process ${first.pid} on .*\\) since 20`))
      expect(refused.stderr).toContain('for: new prices')
      expect(refused.stderr).toContain(`Fix: '${other.root}/bin/shopctl' deploy --env dev --wait 60\n`)

      const waiting = other.start(['deploy', '--env', 'dev', '--wait', '60'])
      await waiting.waitFor('waiting for the lock, held by ada')
      first.goOn()
      expect(await first.finish()).toMatchObject({ code: 0 })
      expect(await waiting.result()).toMatchObject({ code: 0 })
      await expectUsersOn((await newest()).number)
    })

    test('takes the lock away with `lock release`: the holder stops and undoes nothing that is not its own', async () => {
      const before = await newest()
      onTestFinished(await withMark())
      const first = await startStopped(shop, deploy, { stopAt: ['gate'] })
      await first.stopped()
      const taken = await other.run(['lock', 'release', '--env', 'dev', '--yes'])
      expect(taken).toMatchObject({ code: 0, stdout: expect.stringMatching(/^The lock of .* was taken away\.$/m) })
      const second = await other.run([...deploy, '--reason', 'the second'])
      expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining(`Found release ${before.number + 1}`) })
      const settled = await shop.records()

      await first.interrupt('SIGCONT')
      const { code, stderr } = await first.finish()
      expect({ code, stderr }).toEqual({ code: 6, stderr: expect.stringMatching(/^LOCK_LOST: The lock on dev was/) })
      expect(stderr).toContain(`in the middle of release ${before.number + 1}; nothing was rolled back`)
      expect(stderr).not.toMatch(/^\s+at /m)
      expect(await shop.records()).toEqual(settled)
      await expectUsersOn((await newest()).number === before.number + 2 ? before.number + 2 : before.number)
    })
  })

  test('finds a Lease that a hand has made rubbish of, says so, and `lock release` sets it right at once', async () => {
    const annotations = { 'shopctl.dev/lock': 'rubbish' }
    await editLease({ metadata: { annotations }, spec: { holderIdentity: 'nobody-knows' } })
    onTestFinished(await withMark())
    const waiting = shop.start(deploy)
    await waiting.waitFor('looks abandoned; watching it for 30 s to be sure')
    const shown = await shop.run(['lock', 'show', '--env', 'dev'])
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('was edited by hand') })
    expect(await shop.run(['lock', 'release', '--env', 'dev', '--yes'])).toMatchObject({ code: 0 })
    expect(await waiting.result()).toMatchObject({ code: 0 })
    await expectUsersOn((await newest()).number)
  })
})
