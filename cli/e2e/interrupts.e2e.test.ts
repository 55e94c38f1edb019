import { setTimeout as pause } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { plannedSteps, type StepName } from '../flows/steps.ts'
import { createShop, type Shop } from './shop.ts'
import { ask } from './shop-api.ts'
import type { ShopClient } from './shop-client.ts'
import { addSlowMigration } from './slow-migration.ts'
import { startStopped } from './stopped-command.ts'

const signals = ['SIGINT', 'SIGTERM'] as const
const deploy = ['deploy', '--env', 'local', '--force']
const rollback = ['rollback', '--env', 'local', '--to', '2', '--force', '--yes']

let shop: Shop
let client: ShopClient
/** What users are on all the time, and what a deploy would move them to: both have succeeded here before. */
const serving = 3

const migrations = 'services/orders/migrations/0001-orders.ts'
const marked = "\nReflect.set(globalThis, 'e2e', 1)\n"

/** The source as users have it, until the answer is called. */
const undoEdit = () => shop.edit(migrations, (text) => text.replace(marked, ''))

const waitFor = async (isSo: () => boolean): Promise<void> => {
  const deadline = performance.now() + 60_000
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`never: ${isSo}`)
    await pause(10)
  }
}

/** Every interrupted command finds the source changed, so that every deploy has something to release. */
beforeAll(async () => {
  shop = await createShop()
  await shop.deploy()
  await shop.edit(migrations, (text) => `${text}${marked}`)
  await shop.deploy()
  const back = await shop.run(['rollback', '--env', 'local', '--to', '1', '--yes'])
  expect(back.code, back.stderr).toBe(0)
  client = await shop.client()
})
afterAll(async () => {
  await client?.stop()
  await shop?.close()
})

const lockSchema = z.object({ result: z.object({ state: z.string() }) })

const lockState = async (): Promise<string> => {
  const { stdout } = await shop.run(['lock', 'show', '--env', 'local', '--json'])
  return lockSchema.parse(JSON.parse(stdout)).result.state
}

const answeredBy = async (): Promise<unknown> =>
  (await ask(`${shop.url}/api/v1/products?limit=1`)).headers['x-shop-release']

const commands = () => shop.processes().filter(({ name }) => name === 'command')

/** Users are where they were on the very processes that served them, nothing else is left, and the next may begin. */
const expectUntouched = async (before: Readonly<Record<string, number>>) => {
  expect(commands()).toEqual([])
  expect(shop.processIds()).toEqual(before)
  expect(await answeredBy()).toBe(String(serving))
  expect(client.report().failures).toEqual([])
  expect(await lockState()).toBe('free')
}

type Interruption = {
  readonly signal: NodeJS.Signals
  readonly args: readonly string[]
  readonly says?: RegExp
}

/** Runs it up to a step, interrupts it there, and shows that nothing of it is left but its record. */
const interruptAt = async (step: StepName, { signal, args, says = /^INTERRUPTED: / }: Interruption) => {
  const before = shop.processIds()
  const numbers = (await shop.records()).map(({ number }) => number)
  const command = await startStopped(shop, args, { stopAt: [step] })
  await command.interrupt(signal)
  const { code, stderr, events } = await command.finish()

  expect({ code, stderr }).toEqual({ code: 130, stderr: expect.stringMatching(says) })
  expect(events.at(-1)).toMatchObject({ type: 'flow.finished', exitCode: 130 })
  await expectUntouched(before)
  const opened = (await shop.records()).filter(({ number }) => !numbers.includes(number))
  return { opened, stderr }
}

describe('deploy', () => {
  /** Not taken here: scan is skipped, nothing is pushed, the first release alone loads demo data; the others have tests of their own. */
  const elsewhere: readonly StepName[] = ['scan', 'push', 'seed', 'mend', 'retire', 'evidence', 'return']
  const steps = plannedSteps.deploy.filter((step) => !elsewhere.includes(step))
  const beforeRecord: readonly StepName[] = ['plan', 'build', 'render', 'lock', 'prepare', 'record']

  for (const signal of signals) {
    test.each(steps)(`${signal} at "%s" leaves users where they were`, async (step) => {
      const { opened, stderr } = await interruptAt(step, { signal, args: deploy })
      if (beforeRecord.includes(step) && opened.length === 0) {
        expect(stderr).toContain('Interrupted')
        return
      }
      expect(opened).toMatchObject([{ state: 'aborted', culprits: [], failure: { code: 'INTERRUPTED' } }])
      expect(stderr).toContain(`release ${serving}`)
    })
  }
})

describe('the way back', () => {
  test.each(['evidence', 'return'] as const)('an interrupt at "%s" lets it come to its end', async (step) => {
    const broken = "if (process.argv.length === 2) throw new Error('broken by a test')"
    onTestFinished(await shop.edit('services/orders/main.ts', (text) => `${broken}\n${text}`))
    const { opened, stderr } = await interruptAt(step, { signal: 'SIGINT', args: deploy, says: /^ROLLOUT_UNHEALTHY: / })
    expect(stderr).toContain('broken by a test')
    expect(opened).toMatchObject([{ state: 'rolled-back', culprits: ['orders'] }])
  })

  test('a second interrupt stops at once and says what is half done; the command that it offers mends it', async () => {
    const before = shop.processIds()
    const command = await startStopped(shop, deploy, { stopAt: ['gate', 'return'] })
    await command.interrupt('SIGINT')
    await command.interrupt('SIGINT')
    const { code, stderr } = await command.finish()
    const [left] = await shop.records()

    const fix = `'${shop.root}/bin/shopctl' deploy --env local`
    expect({ code, stderr }).toEqual({ code: 130, stderr: expect.stringMatching(/^ABANDONED: Stopped at once;/) })
    expect(stderr).toContain(`release ${left?.number} of local is left half done`)
    expect(stderr).toContain(`Fix: ${fix}\n`)
    expect(left).toMatchObject({ state: 'in-progress' })
    expect(await answeredBy()).toBe(String(serving))
    expect(await lockState()).toBe('free')

    const edit = await undoEdit()
    const mended = await shop.run(['deploy', '--env', 'local'])
    await edit()
    expect(mended).toMatchObject({ code: 0, stdout: expect.stringContaining(`Found release ${left?.number}`) })
    expect(await shop.record(left?.number ?? 0)).toMatchObject({ state: 'aborted', failure: { code: 'PROCESS_GONE' } })
    await expectUntouched(before)
  })

  test('an interrupt while mending leaves the mending to the next command', async () => {
    const before = shop.processIds()
    const killed = await startStopped(shop, deploy, { stopAt: ['gate'] })
    await killed.stopped()
    killed.kill('SIGKILL')
    await killed.finish()
    const [left] = await shop.records()

    const command = await startStopped(shop, deploy, { stopAt: ['mend'] })
    await command.interrupt('SIGTERM')
    expect(await command.finish()).toMatchObject({ code: 130, stderr: expect.stringMatching(/^INTERRUPTED: /) })
    expect(await answeredBy()).toBe(String(serving))
    expect(await lockState()).toBe('free')

    const edit = await undoEdit()
    expect(await shop.run(['deploy', '--env', 'local'])).toMatchObject({ code: 0 })
    await edit()
    expect(await shop.record(left?.number ?? 0)).toMatchObject({ state: 'aborted' })
    await expectUntouched(before)
  })
})

describe('rollback', () => {
  test.each([
    ['prepare', 'SIGINT'],
    ['gate', 'SIGTERM'],
    ['promote', 'SIGINT'],
  ] as const)('at "%s", %s leaves users where they were', async (step, signal) => {
    const { opened } = await interruptAt(step, { signal, args: rollback })
    if (step !== 'prepare') expect(opened).toMatchObject([{ kind: 'rollback', state: 'aborted' }])
  })
})

test('Ctrl-C on a terminal ends a migration that runs, and the next one need not wait for it', async () => {
  const before = shop.processIds()
  const undo = await addSlowMigration(shop)
  const command = shop.start(deploy, { tty: { columns: 80 } })
  // A server's process says in its title what it does and for whom.
  await waitFor(() => shop.processes().some(({ words }) => /^postgres: shop_orders_owner .* SELECT/.test(words)))
  command.write('\u0003')
  const { code, stdout } = await command.result()
  await undo()
  expect({ code, said: stripVTControlCharacters(stdout) }).toEqual({
    code: 130,
    said: expect.stringMatching(
      /INTERRUPTED: Release \d+ of local was interrupted; users stay on release 3\.\s+Fix: .*\s*$/,
    ),
  })
  await expectUntouched(before)

  const began = performance.now()
  await interruptAt('apply', { signal: 'SIGINT', args: deploy })
  expect(performance.now() - began).toBeLessThan(20_000)
})

test('an interrupt after the record was closed comes too late: the release is whole and stays', async () => {
  const command = await startStopped(shop, deploy, { stopAt: ['retire'] })
  await command.interrupt('SIGINT')
  const { code, stderr } = await command.finish()
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const [newest] = await shop.records()
  expect(newest).toMatchObject({ state: 'succeeded' })
  expect(await answeredBy()).toBe(String(newest?.number))
  expect(commands()).toEqual([])
  // Throws where a service of the release before is still there.
  expect(Object.keys(shop.processIds())).toEqual(expect.arrayContaining(['users', 'catalog', 'orders', 'edge']))
  expect(await lockState()).toBe('free')
})
