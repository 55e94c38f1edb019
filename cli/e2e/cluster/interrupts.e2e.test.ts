import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { plannedSteps, type StepName } from '../../flows/steps.ts'
import type { ShopClient } from '../shop-client.ts'
import { addSlowMigration } from '../slow-migration.ts'
import { startStopped } from '../stopped-command.ts'
import { type ClusterShop, createClusterShop, eventually } from './cluster-shop.ts'
import { noCluster, onCluster } from './test-cluster.ts'
import { expectWhole, lockIsFree, workingJobs } from './whole-set.ts'

const deploy = ['deploy', '--env', 'dev', '--force']
const migrations = 'services/orders/migrations/0001-orders.ts'
const marked = "\nReflect.set(globalThis, 'e2e', 1)\n"
/** What users are on all the time, and what a deploy would move them to: both have succeeded here before. */
const serving = 3

describe.skipIf(noCluster !== null)(onCluster('an interrupted command on a cluster'), () => {
  let shop: ClusterShop
  let client: ShopClient

  /** The source as users have it, until the answer is called. */
  const undoEdit = () => shop.edit(migrations, (text) => text.replace(marked, ''))

  /** Every interrupted command finds the source changed, so that every deploy has something to release. */
  beforeAll(async () => {
    shop = await createClusterShop()
    await shop.deploy()
    await shop.edit(migrations, (text) => `${text}${marked}`)
    await shop.deploy()
    const back = await shop.run(['rollback', '--env', 'dev', '--to', '1', '--yes'])
    expect(back.code, back.stderr).toBe(0)
    client = await shop.client()
  }, 240_000)
  afterAll(async () => {
    await client?.stop()
    await shop?.close()
  })

  const expectUntouched = async () => {
    await expectWhole(shop, serving)
    expect(client.report().failures).toEqual([])
  }
  const uidOf = async (service: string) => (await shop.pods()).find((pod) => pod.service === service)?.uid

  /** Runs it up to a step, interrupts it there, and shows that nothing of it is left but its record. */
  const interruptAt = async (step: StepName, signal: NodeJS.Signals) => {
    const users = await uidOf('users')
    const numbers = (await shop.records()).map(({ number }) => number)
    const command = await startStopped(shop, deploy, { stopAt: [step] })
    await command.interrupt(signal)
    const { code, stderr, events } = await command.finish()

    expect({ code, stderr }).toEqual({ code: 130, stderr: expect.stringMatching(/^INTERRUPTED: /) })
    expect(events.at(-1)).toMatchObject({ type: 'flow.finished', exitCode: 130 })
    await expectUntouched()
    expect(await uidOf('users')).toBe(users)
    return { opened: (await shop.records()).filter(({ number }) => !numbers.includes(number)), stderr }
  }

  /** The first release alone loads demo data; mend and retire have tests of their own. */
  const elsewhere: readonly StepName[] = ['seed', 'mend', 'retire']
  const steps = plannedSteps.deploy.filter((step) => !elsewhere.includes(step))
  const beforeRecord = steps.slice(0, steps.indexOf('record') + 1)
  const cases = [
    ...steps.map((step) => ['SIGINT', step] as const),
    ['SIGTERM', 'migrate'] as const,
    ['SIGTERM', 'gate'] as const,
  ]

  test.each(cases)('%s at "%s" leaves users where they were', async (signal, step) => {
    const { opened, stderr } = await interruptAt(step, signal)
    if (beforeRecord.includes(step) && opened.length === 0) {
      expect(stderr).toContain('Interrupted')
      return
    }
    expect(opened).toMatchObject([{ state: 'aborted', culprits: [], failure: { code: 'INTERRUPTED' } }])
    expect(stderr).toContain(`release ${serving}`)
  })

  test('a second interrupt stops at once and says what is half done; the command that it offers mends it', async () => {
    const command = await startStopped(shop, deploy, { stopAt: ['gate', 'return'] })
    await command.interrupt('SIGINT')
    await command.interrupt('SIGINT')
    const { code, stderr } = await command.finish()
    const [left] = await shop.records()

    expect({ code, stderr }).toEqual({ code: 130, stderr: expect.stringMatching(/^ABANDONED: Stopped at once;/) })
    expect(stderr).toContain(`release ${left?.number} of dev is left half done`)
    expect(stderr).toContain(`Fix: '${shop.root}/bin/shopctl' deploy --env dev\n`)
    expect(left).toMatchObject({ state: 'in-progress' })
    expect(await lockIsFree(shop)).toBe(true)

    const edit = await undoEdit()
    const mended = await shop.run(['deploy', '--env', 'dev'])
    await edit()
    expect(mended).toMatchObject({ code: 0, stdout: expect.stringContaining(`Found release ${left?.number}`) })
    expect(await shop.record(left?.number ?? 0)).toMatchObject({ state: 'aborted', failure: { code: 'PROCESS_GONE' } })
    await expectUntouched()
  })

  test('in the middle of a migration: its Job and its pod are gone when the command ends', async () => {
    const undo = await addSlowMigration(shop)
    const command = shop.start(deploy)
    await eventually('began to migrate', async () => (await workingJobs(shop)).length > 1)
    command.kill('SIGINT')
    const { code, stderr } = await command.result()
    expect(await workingJobs(shop)).toEqual([])
    await undo()
    expect({ code, stderr }).toEqual({ code: 130, stderr: expect.stringMatching(/^INTERRUPTED: Release \d+ of dev/) })
    await expectUntouched()
  })
})
