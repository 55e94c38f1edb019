import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventSchema } from '../output/events.ts'
import type { ReleaseRecord } from '../releases/release.ts'
import { type Breakage, breakages, halfMigration, halfMigrationFile, throwsWhenServing } from './broken-services.ts'
import type { CommandResult } from './running-command.ts'
import { createShop, type Shop } from './shop.ts'
import type { ShopClient } from './shop-client.ts'
import { failureIn } from './shown-failure.ts'

let shop: Shop

const env = ['--env', 'local'] as const
const eventsFile = () => join(shop.root, '..', 'events.jsonl')

const breakShop = async (edits: Breakage['edits']): Promise<() => Promise<void>> => {
  const back = await Promise.all(edits.map(({ path, change }) => shop.edit(path, change)))
  return async () => {
    await Promise.all(back.map((restore) => restore()))
  }
}

const readEvents = async () =>
  (await readFile(eventsFile(), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => eventSchema.parse(JSON.parse(line)))

/** Milliseconds from the end of the process, as it said itself and as shopctl saw it, to the event that tells of it. */
const detection = async (service: string, record: ReleaseRecord) => {
  const told = (await readEvents()).find(
    (event) => event.type === 'health.changed' && event.service === service && event.state === 'unhealthy',
  )
  const evidence = record.evidence.find((kept) => kept.service === service)
  const died = evidence?.lastLogs.map((line) => /died at (\S+)$/.exec(line)?.[1]).find((at) => at !== undefined)
  const seen = evidence?.events.map((line) => /^(\S+) process \d+ ended/.exec(line)?.[1]).find((at) => at !== undefined)
  const since = (moment: string | undefined) => Date.parse(told?.time ?? '') - Date.parse(moment ?? '')
  return { sinceDeath: since(died), sinceSeen: since(seen) }
}

beforeAll(async () => {
  shop = await createShop()
})
afterAll(() => shop.close())

describe('the first deploy ever', () => {
  const foundations = /^(postgres|redis|edge)$/

  test('where it fails nothing but the foundations is left running, and it says so', async () => {
    const restore = await breakShop([throwsWhenServing])
    const result = await shop.run(['deploy', ...env, '--port', String(shop.port)])
    await restore()

    expect(result.code, result.stderr).toBe(4)
    const { what, why, fix } = failureIn(result)
    expect(what).toBe(
      'ROLLOUT_UNHEALTHY: orders did not become healthy in local; there was no release before it, so nothing is left running in local.',
    )
    expect(why.join('\n')).toContain('Error: broken from the beginning')
    expect(fix.length).toBeGreaterThan(0)
    await expect.poll(() => shop.processes().filter(({ name }) => !foundations.test(name))).toEqual([])
    expect(await shop.record(1)).toMatchObject({ state: 'failed', culprits: ['orders'], previous: null })
    const status = await shop.run(['status', ...env])
    expect(status).toMatchObject({ code: 3, stderr: expect.stringContaining('Nothing is deployed to local.') })
  })

  test('the next one, mended, is the first that serves', async () => {
    expect((await shop.deploy()).stdout).toContain('Release 2 serves in local.')
  })
})

describe('a release that', () => {
  let client: ShopClient
  beforeAll(async () => {
    client = await shop.client()
    await client.waitForRelease(2)
  })

  const usersStayed = () => expect(client.report()).toMatchObject({ failures: [], releases: [2] })

  describe.each(breakages)('$title', ({ service, edits, code, why, said, ends }) => {
    let restore: () => Promise<void>
    let before: Readonly<Record<string, number>>
    let result: CommandResult
    let record: ReleaseRecord

    beforeAll(async () => {
      before = shop.processIds()
      restore = await breakShop(edits)
      result = await shop.run(['deploy', ...env, '--events', eventsFile()])
      const [newest] = await shop.records()
      if (newest === undefined) throw new Error('no record')
      record = newest
    })
    afterAll(() => restore())

    test('exits 4, and the message says what, why in evidence, and what to type', async () => {
      expect(result.code, result.stderr).toBe(4)
      const failure = failureIn(result)
      expect(failure.what).toMatch(new RegExp(`^${code}: .*${service}.*; users stay on release 2\\.$`))
      expect(failure.why[0]).toMatch(why)
      if (said !== null) expect(failure.why.slice(1).join('\n')).toContain(said)
      const fix = failure.fix.at(-1) ?? ''
      expect(fix).toMatch(new RegExp(`history show ${record.number} --env local$`))
      const shown = await shop.paste(fix)
      expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining(failure.what.slice(code.length + 2)) })
    })

    test('leaves users and every process as they were', () => {
      usersStayed()
      expect(shop.processIds()).toEqual(before)
      expect(shop.processes().filter(({ release }) => release === record.number)).toEqual([])
    })

    test('is kept with its evidence', () => {
      expect(record).toMatchObject({ state: 'rolled-back', culprits: [service], previous: 2, failure: { code } })
      expect(record.evidence).toMatchObject([{ service, reason: expect.stringMatching(why) }])
      if (said !== null) expect(record.evidence[0]?.lastLogs.join('\n')).toContain(said)
    })

    test('is refused when it comes again', async () => {
      const again = await shop.run(['deploy', ...env])
      expect(again.code, again.stdout).toBe(3)
      const { what, why: reasons, fix } = failureIn(again)
      expect(what).toMatch(new RegExp(`^DIGEST_REFUSED: ${service} is the same as in release ${record.number}`))
      expect(reasons.length).toBeGreaterThan(0)
      expect(fix).toContainEqual(expect.stringMatching(/deploy --env local --force$/))
      expect((await shop.records())[0]?.number).toBe(record.number)
      expect(shop.processIds()).toEqual(before)
    })

    if (ends === 'lives') return
    test('is told within a second of its end', async () => {
      const { sinceDeath, sinceSeen } = await detection(service, record)
      expect(sinceDeath).toBeGreaterThanOrEqual(0)
      expect(sinceDeath).toBeLessThan(1000)
      expect(Math.abs(sinceSeen)).toBeLessThan(1000)
    })
  })

  test('was refused is tried again with --force, and fails again', async () => {
    const [throwing] = breakages
    const restore = await breakShop(throwing?.edits ?? [])
    const forced = await shop.run(['deploy', ...env, '--force'])
    await restore()
    expect(forced.code, forced.stderr).toBe(4)
    usersStayed()
  })

  test('was broken leaves the way free for the source as it was: nothing to do', async () => {
    expect((await shop.deploy()).stdout).toContain('Nothing changed: local is on release 2')
  })

  test('has a migration that failed half way can be mended: nothing of it had stayed', async () => {
    await breakShop(breakages.find(({ code }) => code === 'MIGRATION_FAILED')?.edits ?? [])
    await shop.edit(halfMigrationFile, () => halfMigration('insert into e2e_half values (1)'))
    await shop.deploy()
    const [newest] = await shop.records()
    expect(newest?.migrations).toMatchObject([{ service: 'catalog', name: '0099_half' }])
    expect(client.report().failures).toEqual([])
  })
})
