import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createShop, type Shop } from './shop.ts'
import type { ShopClient } from './shop-client.ts'

let shop: Shop
let client: ShopClient

const env = ['--env', 'local'] as const

/** A line that the bundle shows; a comment would not be in it. */
const changeCatalog = () =>
  shop.edit('services/catalog/inventory/stock-routes.ts', (text) =>
    text.replace("summary: 'Get the stock of a product'", "summary: 'Get the stock of one product'"),
  )

const digests = async (release: number) => {
  const { services } = await shop.record(release)
  return Object.fromEntries(Object.entries(services).map(([name, { digest }]) => [name, digest]))
}

const short = (digest: string | undefined) => digest?.replace('sha256:', '').slice(0, 12) ?? 'none'

/** A command that must change nothing: neither processes nor records. */
const runUnchanging = async (args: readonly string[]) => {
  const [processes, records] = [shop.processIds(), await shop.records()]
  const result = await shop.run(args)
  expect(shop.processIds()).toEqual(processes)
  expect(await shop.records()).toEqual(records)
  return result
}

/** Answers the question of a command on a terminal. */
const answer = async (args: readonly string[], word: string) => {
  const asking = shop.start(args, { tty: { columns: 100 } })
  await asking.waitFor('[y/N]')
  asking.write(`${word}\n`)
  return asking.result()
}

beforeAll(async () => {
  shop = await createShop()
  await shop.deploy()
  client = await shop.client()
})
afterEach(() => expect(client.report().failures).toEqual([]))
afterAll(() => shop.close())

test('with one release there is nothing to roll back to', async () => {
  const { code, stdout, stderr } = await runUnchanging(['rollback', ...env, '--yes'])
  expect(code, stdout).toBe(3)
  expect(stderr).toMatch(/^NO_ROLLBACK_TARGET: There is nothing to roll back to in local; nothing was changed\./m)
  expect(stderr).toMatch(/^ {2}Fix: \S.*history --env local$/m)
})

test('diff and a dry run name the one service that was edited, exit 2 and change nothing', async () => {
  expect(await runUnchanging(['diff', ...env])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Nothing would change\.$/m),
  })
  await changeCatalog()
  await shop.commit('Say whose stock it is')

  for (const args of [
    ['diff', ...env],
    ['deploy', ...env, '--dry-run'],
  ]) {
    const { code, stdout } = await runUnchanging(args)
    expect(code).toBe(2)
    expect(stdout).toMatch(new RegExp(`^catalog\\s+${short((await digests(1)).catalog)}\\s+[0-9a-f]{12}\\s+same$`, 'm'))
    expect(stdout).not.toMatch(/^(users|orders)/m)
  }
})

test('one line changed in catalog: only catalog is another and only catalog restarts', async () => {
  const before = shop.processIds()
  const { stdout } = await shop.deploy()
  await client.waitForRelease(2)

  const [first, second] = [await digests(1), await digests(2)]
  expect(second).toEqual({ ...first, catalog: expect.not.stringMatching(first.catalog ?? '') })
  expect(shop.restarted(before)).toEqual(['catalog'])
  expect(stdout).toContain('Release 2 serves in local.')
  expect(stdout).toMatch(new RegExp(`^catalog\\s+${short(first.catalog)}\\s+${short(second.catalog)}`, 'm'))
})

test('the history shows both releases with commit and state', async () => {
  const { code, stdout } = await runUnchanging(['history', ...env])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^2 \*\s+succeeded\s+deploy\s.*"Say whose stock it is"/m)
  expect(stdout).toMatch(/^1\s+succeeded\s+deploy\s.*"The shop as it is"/m)
})

test('a rollback that nobody confirms shows both sides and changes nothing', async () => {
  const { code, stdout, stderr } = await runUnchanging(['rollback', ...env])
  expect(code).toBe(3)
  expect(stdout).toContain('BACK TO')
  expect(stderr).toMatch(/^NOT_CONFIRMED: Rollback of local was not confirmed; nothing was changed\./m)
  expect(stderr).toMatch(/^ {2}Fix: \S.*rollback --env local --to 1 --yes$/m)
})

test('a person who says no on a terminal changes nothing', async () => {
  const [processes, records] = [shop.processIds(), await shop.records()]
  const { code, stdout } = await answer(['rollback', ...env], 'n')
  expect(code, stdout).toBe(3)
  expect(stdout).toContain('NOT_CONFIRMED')
  expect(shop.processIds()).toEqual(processes)
  expect(await shop.records()).toEqual(records)
})

test('rollback shows digest, commit, author and age of both sides, then goes back', async () => {
  const before = shop.processIds()
  const { code, stdout, stderr } = await shop.run(['rollback', ...env, '--yes'])
  expect(code, stderr).toBe(0)
  await client.waitForRelease(3)

  const [first, second] = [await shop.record(1), await shop.record(2)]
  const commit = (record: typeof first) => record.commit?.sha.slice(0, 12)
  const digest = (record: typeof first) => short(record.services.catalog?.digest)
  const shown = [
    /^release\s+2\s+1$/m,
    new RegExp(`^commit\\s+${commit(second)}\\s+${commit(first)}$`, 'm'),
    /^subject\s+Say whose stock it is\s+The shop as it is$/m,
    /^author\s+Ada Tester\s+Ada Tester$/m,
    /^finished\s+\S.* ago\s+\S.* ago$|^finished\s+just now/m,
    new RegExp(`^catalog\\s+${digest(second)}\\s+${digest(first)}$`, 'm'),
  ]
  for (const line of shown) expect(stdout).toMatch(line)
  expect(stdout).toContain('local is back on what release 1 was, as release 3.')
  expect(await digests(3)).toEqual(await digests(1))
  expect(shop.restarted(before)).toEqual(['catalog'])
  expect(await shop.record(3)).toMatchObject({ kind: 'rollback', restores: 1, state: 'succeeded' })
})

test('going back once more finds nothing: it never goes back and forth', async () => {
  const { code, stderr } = await runUnchanging(['rollback', ...env, '--yes'])
  expect(code).toBe(3)
  expect(stderr).toContain('NO_ROLLBACK_TARGET')
})

test('what a rollback left is refused by the next deploy', async () => {
  const { code, stderr } = await runUnchanging(['deploy', ...env])
  expect(code).toBe(3)
  expect(stderr).toMatch(/^DIGEST_REFUSED: catalog is the same as in release 2/m)
  expect(stderr).toMatch(/^ {2}Fix: \S.*deploy --env local --force$/m)
})

test('rollback --to takes the release that is named when a person says yes, and refuses one that is none', async () => {
  const before = shop.processIds()
  const named = await answer(['rollback', ...env, '--to', '2'], 'y')
  expect(named.code, named.stdout).toBe(0)
  await client.waitForRelease(4)
  expect(await digests(4)).toEqual(await digests(2))
  expect(shop.restarted(before)).toEqual(['catalog'])

  const unknown = await runUnchanging(['rollback', ...env, '--to', '99', '--yes'])
  expect(unknown).toMatchObject({ code: 3, stderr: expect.stringContaining('RELEASE_NOT_FOUND') })
  const current = await runUnchanging(['rollback', ...env, '--to', '4', '--yes'])
  expect(current).toMatchObject({ code: 3, stderr: expect.stringContaining('RELEASE_ALREADY_CURRENT') })
})

test('a rollback across a migration that cannot be undone is refused with the reason, unless forced', async () => {
  await shop.edit('services/catalog/migrations/0099-e2e.ts', () => irreversibleMigration)
  await shop.edit('services/catalog/catalog-service.ts', (text) =>
    text
      .replace('] as const', '  irreversible,\n] as const')
      .replace(
        'import type { CatalogTables }',
        "import { irreversible } from './migrations/0099-e2e.ts'\nimport type { CatalogTables }",
      ),
  )
  await shop.deploy()
  await client.waitForRelease(5)
  expect((await shop.record(5)).migrations).toEqual([{ service: 'catalog', name: '0099_e2e', reversible: false }])

  const refused = await runUnchanging(['rollback', ...env, '--yes'])
  expect(refused.code).toBe(3)
  expect(refused.stderr).toMatch(/^MIGRATION_IRREVERSIBLE: .*users stay on release 5\./m)
  expect(refused.stderr).toMatch(/^ {2}Why: catalog: migration 0099_e2e cannot be undone$/m)
  const fix = /^ {2}Fix: (.*--force)$/m.exec(refused.stderr)?.[1]

  const forced = await shop.paste(`${fix} --yes`)
  expect(forced.code, forced.stderr).toBe(0)
  await client.waitForRelease(6)
  expect(forced.stdout).toContain('catalog 0099_e2e (cannot be undone)')
  expect(await digests(6)).toEqual(await digests(4))
})

test('through all of it the client saw every release and no failed request', async () => {
  const { releases, orders, paid, requests } = client.report()
  expect(releases).toEqual([1, 2, 3, 4, 5, 6])
  expect(orders).toBeGreaterThan(50)
  // One may be on its way.
  expect(paid).toBeGreaterThanOrEqual(orders - 1)
  expect(requests).toBeGreaterThan(200)
})

const irreversibleMigration = `import { sql } from 'kysely'
import type { ServiceMigration } from '../../kit/migrations.ts'

export const irreversible: ServiceMigration = {
  name: '0099_e2e',
  reversible: false,
  async up(database) {
    await sql\`create table e2e_notes (id integer primary key)\`.execute(database)
  },
}
`
