import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type UpReport, type UpStep, upReportSchema } from '../flows/up/up-report.ts'
import { documentOf } from './published-schemas.ts'
import type { CommandResult } from './running-command.ts'
import { createShop, type Shop } from './shop.ts'
import { failureIn } from './shown-failure.ts'
import { startStopped } from './stopped-command.ts'

let shop: Shop
const words = () => ['up', '--env', 'local', '--port', String(shop.port)]

beforeAll(async () => {
  shop = await createShop()
})
afterAll(() => shop?.close())

const reportOf = (result: CommandResult): UpReport => {
  const document = documentOf(result)
  if (!document.ok) throw new Error(result.stdout)
  return upReportSchema.parse(document.result)
}

const states = ({ steps }: UpReport) =>
  Object.fromEntries(steps.flatMap(({ step, state }) => (state === 'skipped' ? [] : [[step, state]])))

const recordSchema = z.object({ state: z.string(), steps: z.array(z.object({ step: z.string(), state: z.string() })) })
const record = async () =>
  recordSchema.parse(JSON.parse(await readFile(join(shop.root, '.shopctl', 'up', 'local.json'), 'utf8')))

test('what it cannot do is refused before anything is begun', async () => {
  const nowhere = await shop.run(['up'])
  expect(nowhere.code).toBe(64)
  const misspelt = await shop.run([...words(), '--only', 'monitorin'])
  expect(misspelt).toMatchObject({ code: 64 })
  expect(misspelt.stderr).toContain('monitoring')
  const infra = await shop.run([...words(), '--only', 'infra'])
  expect(infra.code).toBe(3)
  expect(failureIn(infra).what).toContain('UP_PART_NOT_HERE')
})

test('a dry run of nothing says what would be released and leaves nothing behind', async () => {
  const result = await shop.run([...words(), '--dry-run', '--json'])
  expect(result.code).toBe(2)
  expect(reportOf(result)).toMatchObject({ outcome: 'would-change', resumed: null, directions: null })
  expect(states(reportOf(result))).toEqual({ prerequisites: 'done', services: 'would-change' })
  expect(shop.processes()).toEqual([])
})

/** From nothing: each run comes one step further than the one before, and is stopped there. */
test.each(['prerequisites', 'services'] as const)(
  'interrupted at "%s" it leaves no shop and says how to go on',
  async (step) => {
    const command = await startStopped(shop, words(), { stopAt: [step] })
    await command.interrupt('SIGINT')
    const { code, stderr } = await command.finish()
    expect({ code, stderr }).toEqual({ code: 130, stderr: expect.stringMatching(/^INTERRUPTED: /) })
    expect(stderr).toContain(`Fix: '${shop.root}/bin/shopctl' up --env local\n`)
    expect(await record()).toMatchObject({ state: 'interrupted' })
    expect((await record()).steps.at(-1)).toEqual({ step, state: 'interrupted' })
  },
)

test('killed in the middle of the release it is gone on with from its beginning, and says what it found', async () => {
  const killed = await startStopped(shop, words(), { stopAt: ['services'] })
  await killed.stopped()
  killed.kill('SIGKILL')
  await killed.finish()
  expect(await record()).toMatchObject({ state: 'going-on' })

  const result = await shop.run([...words(), '--json'])
  const report = reportOf(result)
  expect(result.code).toBe(0)
  expect(report).toMatchObject({ outcome: 'up', resumed: { stoppedAt: 'services', code: null } })
  expect(states(report)).toEqual({
    prerequisites: 'done',
    services: 'done',
    ready: 'done',
    endpoints: 'done',
    smoke: 'done',
  })
  expect(report.directions?.entry).toBe(shop.url)
  expect(await record()).toMatchObject({ state: 'done' })
})

test.each(['ready', 'endpoints', 'smoke'] as const satisfies readonly UpStep[])(
  'interrupted at "%s" the shop stays up, and the next run finds the release done',
  async (step) => {
    const before = shop.processIds()
    const command = await startStopped(shop, ['up', '--env', 'local'], { stopAt: [step] })
    await command.interrupt('SIGTERM')
    const { code, stderr } = await command.finish()
    expect({ code, stderr }).toEqual({ code: 130, stderr: expect.stringContaining('up stopped at') })

    const result = await shop.run(['up', '--env', 'local'])
    expect(result.code, result.stderr).toBe(0)
    expect(result.stdout).toMatch(/Release the services +found done +.*release 1 serves/)
    expect(result.stdout).toContain('was interrupted at')
    expect(shop.processIds()).toEqual(before)
  },
)

test('of a shop that is up nothing would change', async () => {
  const result = await shop.run(['up', '--env', 'local', '--dry-run', '--json'])
  expect(result.code).toBe(0)
  expect(reportOf(result)).toMatchObject({ outcome: 'unchanged' })
})
