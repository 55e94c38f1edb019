import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { documentOf } from './published-schemas.ts'
import { createShop, type Shop } from './shop.ts'
import { ask, bearer } from './shop-api.ts'

/** Calls every event wrong, at its first try, until this file is there. */
const plantedMain = (mended: string) => `
import { existsSync } from 'node:fs'
import { runService } from '../kit/run-service.ts'
import { catalogService } from './catalog-service.ts'

const prepare = () =>
  existsSync(${JSON.stringify(mended)})
    ? { kind: 'good', apply: async () => undefined }
    : { kind: 'malformed', fault: '/data/planted: is missing' }
const planted = { name: 'planted', events: { 'category.changed.v1': { prepare } } }

await runService({
  ...catalogService,
  consumes: [...(catalogService.consumes ?? []), 'planted'],
  async open(context) {
    const opened = await catalogService.open(context)
    return { ...opened, consumers: [...(opened.consumers ?? []), planted] }
  },
})
`

let shop: Shop
let admin: string
const mended = () => join(shop.root, 'planted-consumer-is-mended')

beforeAll(async () => {
  shop = await createShop()
  await shop.edit('services/catalog/main.ts', () => plantedMain(mended()))
  await shop.deploy()
  const { email, password } = await shop.demoLogin('admin')
  admin = await shop.api.logIn(email, password)
})
afterAll(() => shop.close())

const inEnvironment = ['--env', 'local'] as const
const events = (...words: readonly string[]) => shop.run(['events', ...words, ...inEnvironment])
const listedSchema = z.object({
  result: z.object({
    events: z.array(z.looseObject({ id: z.string(), service: z.string(), subject: z.string() })),
  }),
})
const listed = async (...words: readonly string[]) =>
  listedSchema.parse(documentOf(await events(...words, '--json'))).result.events

/** Answers its id, which is the subject of what is told about it. */
async function newCategory(): Promise<string> {
  const body = { name: `Category ${randomUUID()}`, parent_id: null }
  const answer = await ask(`${shop.url}/api/v1/categories`, { method: 'POST', body, headers: bearer(admin) })
  expect([answer.status, answer.text]).toEqual([201, answer.text])
  return z.object({ id: z.string() }).parse(JSON.parse(answer.text)).id
}

/** The dead event about this category, once it is there. */
async function parked(category: string): Promise<string> {
  const find = async () => (await listed('dead', 'list')).find(({ subject }) => subject === category)?.id
  await expect.poll(find, { timeout: 30_000, interval: 200 }).toBeDefined()
  return (await find()) ?? ''
}

test('E19: what a consumer gives up is seen with its reason, sent again once it is mended, and gone', async () => {
  const [replayed, dropped] = [await parked(await newCategory()), await parked(await newCategory())]
  const table = await events('dead', 'list', '--service', 'catalog')
  expect(table.code).toBe(0)
  expect(table.stdout).toMatch(new RegExp(`catalog +planted +${replayed} +category\\.changed\\.v1 +1 `))
  expect(table.stdout).toContain('/data/planted: is missing')

  const shown = await events('dead', 'show', replayed)
  expect(shown.stdout).toContain('"type": "category.changed.v1"')

  const many = await events('dead', 'replay', '--all', '--type', 'category.changed.v1')
  expect([many.code, many.stderr]).toEqual([3, expect.stringContaining('NOT_CONFIRMED')])
  expect(many.stderr).toContain('events dead replay --all --type category.changed.v1 --env local --yes')

  const drop = await events('dead', 'drop', dropped, '--reason', 'it was a test')
  expect([drop.code, drop.stdout]).toEqual([
    0,
    expect.stringContaining(`${dropped} was dropped for planted of catalog`),
  ])

  await writeFile(mended(), '')
  const replay = await events('dead', 'replay', replayed)
  expect([replay.code, replay.stdout]).toEqual([0, expect.stringContaining(`${replayed} was given back to planted`)])
  expect((await listed('dead', 'list')).filter(({ id }) => [replayed, dropped].includes(id))).toEqual([])
  const handled = await listed('dead', 'list', '--handled')
  expect(handled).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ id: replayed, replayedAt: expect.any(String), droppedAt: null }),
      expect.objectContaining({ id: dropped, replayedAt: null, dropReason: 'it was a test' }),
    ]),
  )
  // Nothing is there to be sent a second time, and a consumer that works does not give it up again.
  const again = await events('dead', 'replay', replayed)
  expect([again.code, again.stderr]).toEqual([3, expect.stringContaining('DEAD_EVENT_NOT_FOUND')])
})

test('what was told is listed, shown and sent again', async () => {
  const category = await newCategory()
  const find = async () =>
    (await listed('list', '--service', 'catalog', '--type', 'category.changed.v1', '--limit', '1000')).find(
      ({ subject }) => subject === category,
    )
  await expect.poll(find, { timeout: 10_000, interval: 200 }).toMatchObject({ service: 'catalog', state: 'published' })
  const id = (await find())?.id ?? ''
  const shown = documentOf(await events('show', id, '--json'))
  const envelope = { source: 'product-catalog', subject: category }
  expect(shown).toMatchObject({ ok: true, result: { event: { id, envelope } } })
  const replay = await events('replay', id)
  expect([replay.code, replay.stdout]).toEqual([0, expect.stringContaining('catalog sends 1 event again.')])
  await expect.poll(find, { timeout: 10_000, interval: 200 }).toMatchObject({ state: 'published' })
  const forOne = await events('replay', id, '--consumer', 'planted')
  expect([forOne.code, forOne.stdout]).toEqual([0, expect.stringContaining('catalog sends 1 event again.')])
  const forNobody = await events('replay', id, '--consumer', 'bogus')
  expect([forNobody.code, forNobody.stdout]).toEqual([64, ''])
  expect(forNobody.stderr).toContain('catalog has catalog-purchases, planted')
  expect(forNobody.stderr).toMatch(/orders has .*order-notifications/)
})

test('the newest are listed, with a word of the older ones and how they are seen', async () => {
  const [older, newer] = [await newCategory(), await newCategory()]
  const words = ['list', '--type', 'category.changed.v1', '--limit', '1'] as const
  const newest = await events(...words)
  expect([newest.code, newest.stdout]).toEqual([0, expect.stringContaining(newer)])
  const [, to = ''] = /older than these 1: add --to (\S+) /.exec(newest.stderr) ?? []
  expect((await listed('list', '--to', to, '--limit', '2')).map(({ subject }) => subject)).toEqual([older, newer])
  expect(documentOf(await events(...words, '--json'))).toMatchObject({ result: { more: true } })
  const all = await events('list', '--service', 'catalog', '--limit', '1000')
  expect([all.code, all.stderr]).toEqual([0, expect.not.stringContaining('older than')])
})

test('what a service is to send that does not run waits, and the answer says so', async () => {
  const [event] = await listed('list', '--type', 'category.changed.v1', '--limit', '1')
  const { catalog } = shop.processIds()
  if (event === undefined || catalog === undefined) throw new Error('catalog has told nothing, or does not run')
  process.kill(catalog, 'SIGKILL')
  const replay = await events('replay', event.id)
  expect([replay.code, replay.stdout]).toEqual([
    0,
    expect.stringContaining('catalog is not ready; it sends 1 event again once it runs.'),
  ])
})

test.each<[readonly string[], number, string]>([
  [['show', randomUUID()], 3, 'EVENT_NOT_FOUND'],
  [['replay', randomUUID()], 3, 'EVENT_NOT_FOUND'],
  [['replay', randomUUID(), '--consumer', 'bogus'], 64, 'UNKNOWN_CONSUMER'],
  [['replay', '--from', '2026-11-23', '--to', '2026-11-22', '--yes'], 64, 'WRONG_USAGE'],
  [['list', '--from', '2026-11-23', '--to', '2026-11-22'], 64, 'WRONG_USAGE'],
  [['list', '--to', '2026-02-30'], 64, 'WRONG_USAGE'],
  [['dead', 'drop', randomUUID(), '--reason', 'old'], 3, 'DEAD_EVENT_NOT_FOUND'],
  [['dead', 'drop', randomUUID()], 64, 'FLAG_MISSING'],
  [['dead', 'replay'], 64, 'WRONG_USAGE'],
  [['dead', 'list', '--service', 'user'], 64, 'UNKNOWN_SERVICE'],
  [['list', '--from', 'yesterday'], 64, 'WRONG_USAGE'],
])('events %j: exit %i', async (words, code, error) => {
  const document = documentOf(await events(...words, '--json'))
  expect(document).toMatchObject({ ok: false, exitCode: code, error: { code: error } })
})

test('a shop that is down is not asked', async () => {
  expect((await shop.run(['down', ...inEnvironment, '--yes'])).code).toBe(0)
  const refused = await events('list')
  expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('NOT_UP')])
})
