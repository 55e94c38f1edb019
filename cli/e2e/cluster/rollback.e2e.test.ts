import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { ReleaseRecord } from '../../releases/release.ts'
import { type ClusterShop, createClusterShop } from './cluster-shop.ts'
import { moveTags } from './move-tags.ts'
import { listAll, noCluster, onCluster } from './test-cluster.ts'
import { digestsOf, runningDigests } from './whole-release.ts'

const env = ['--env', 'dev'] as const
const routes = 'services/catalog/inventory/stock-routes.ts'
const deadline = () => AbortSignal.timeout(30_000)

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

const short = (digest: string | undefined) => digest?.replace('sha256:', '').slice(0, 12) ?? 'none'
const catalogOf = ({ services }: ReleaseRecord) => services.catalog?.digest

describe.skipIf(noCluster !== null)(onCluster('rollback on a cluster'), () => {
  let shop: ClusterShop
  /** The release that all services are on when a test has ended. */
  let on = 1
  let settingsOfThen: () => Promise<void>

  const describeStock = (words: string) =>
    shop.edit(routes, (text) => text.replace(/summary: 'Get the stock of .*'/, `summary: 'Get the stock of ${words}'`))

  const setToken = async (value: string) => {
    const set = await shop.run(['secrets', 'set', 'E2E_TOKEN', ...env, '--service', 'orders'], { input: value })
    expect(set.code, set.stderr).toBe(0)
  }

  /** What the pods of orders are told now: the names of their settings, and what these hold. */
  const toldToOrders = async () => {
    const deployments = await listAll(shop.kube, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace: shop.namespace,
      labelSelector: 'shopctl.dev/service=orders',
    })
    const text = JSON.stringify(deployments)
    const name = /order-management-secrets-[0-9a-f]+/.exec(text)?.[0] ?? ''
    const map = /order-management-settings-[0-9a-f]+/.exec(text)?.[0] ?? ''
    const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: map, namespace: shop.namespace }
    const settings = await shop.kube.read(reference, deadline())
    return { secret: name, token: (await shop.secret(name)).E2E_TOKEN, settings: settings?.data }
  }

  const remove = async (kind: 'ConfigMap' | 'Secret', name: string) => {
    expect(await shop.kube.delete({ apiVersion: 'v1', kind, name, namespace: shop.namespace }, deadline())).toBe(true)
  }

  /** A command that must change nothing: neither pods nor records. */
  const runUnchanging = async (args: readonly string[]) => {
    // One of the release before may still be on its way out.
    const staying = async () => (await shop.pods()).filter(({ terminating }) => !terminating)
    const pods = async () => (await staying()).map(({ uid }) => uid).toSorted()
    const [before, records] = [await pods(), await shop.records()]
    const result = await shop.run(args)
    expect(await pods()).toEqual(before)
    expect(await shop.records()).toEqual(records)
    return result
  }

  const release = async (number: number, args: readonly string[]) => {
    const result = await shop.run(args)
    expect(result.code, `${result.stdout}\n${result.stderr}`).toBe(0)
    on = number
    return result
  }

  beforeAll(async () => {
    shop = await createClusterShop()
    await setToken('the first token')
    // An image of its own, so that nobody else has a use for its tag.
    await describeStock(randomUUID())
    await shop.commit('Say whose stock it is')
    await shop.deploy()
    await setToken('the second token')
    await describeStock('a product, told again')
    settingsOfThen = await shop.edit('stacks/environments.ts', (text) =>
      text.replace("{ LOG_LEVEL: 'info', AUTH_", "{ LOG_LEVEL: 'debug', AUTH_"),
    )
    await shop.commit('Tell it again, and more')
    await release(2, ['deploy', ...env])
  })
  afterEach(async () => expect(await runningDigests(shop)).toEqual(await digestsOf(shop, on)))
  afterAll(() => shop?.close())

  test('nobody confirms: both sides are shown, nothing is changed', async () => {
    const [first, second] = [await shop.record(1), await shop.record(2)]
    const { code, stdout, stderr } = await runUnchanging(['rollback', ...env])
    expect(code, stderr).toBe(3)
    const shown = [
      /^release\s+2\s+1$/m,
      new RegExp(`^commit\\s+${second.commit?.sha.slice(0, 12)}\\s+${first.commit?.sha.slice(0, 12)}$`, 'm'),
      /^subject\s+Tell it again, and more\s+Say whose stock it is$/m,
      /^author\s+Ada Tester\s+Ada Tester$/m,
      new RegExp(`^catalog\\s+${short(catalogOf(second))}\\s+${short(catalogOf(first))}`, 'm'),
    ]
    for (const line of shown) expect(stdout).toMatch(line)
    expect(stderr).toMatch(/^NOT_CONFIRMED: Rollback of dev was not confirmed; nothing was changed\./m)
    expect(stderr).toMatch(/^ {2}Fix: \S.*rollback --env dev --to 1 --yes$/m)
  })

  test('it re-applies what was recorded after source, values and tags have changed, and builds nothing', async () => {
    const [first, second] = [await shop.record(1), await shop.record(2)]
    expect(await toldToOrders()).toMatchObject({ token: 'the second token', settings: { LOG_LEVEL: 'debug' } })
    const moved = await moveTags('product-catalog', catalogOf(first) ?? '', catalogOf(second) ?? '')
    expect(moved.length).toBeGreaterThan(0)
    const mend = await shop.edit(routes, () => 'export const = nothing that could be built')

    const { stdout } = await release(3, ['rollback', ...env, '--yes'])
    await mend()
    expect(stdout).toContain('dev is back on what release 1 was, as release 3.')
    const third = await shop.record(3)
    expect(third).toMatchObject({ kind: 'rollback', restores: 1, state: 'succeeded' })
    expect({ services: third.services, shared: third.shared }).toEqual({
      services: first.services,
      shared: first.shared,
    })
    expect(await toldToOrders()).toMatchObject({ token: 'the first token', settings: { LOG_LEVEL: 'info' } })
  })

  test('what a rollback left is refused by the next deploy, unless it is forced', async () => {
    const refused = await runUnchanging(['deploy', ...env])
    expect(refused.code, refused.stderr).toBe(3)
    expect(refused.stderr).toMatch(/^DIGEST_REFUSED: \w+ is the same as in release 2, which was taken back in dev/m)
    expect(refused.stderr).toMatch(/^ {2}Fix: \S.*deploy --env dev --force$/m)

    await release(4, ['deploy', ...env, '--force'])
    expect(await toldToOrders()).toMatchObject({ token: 'the second token', settings: { LOG_LEVEL: 'debug' } })
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
    await release(5, ['deploy', ...env])
    expect((await shop.record(5)).migrations).toEqual([{ service: 'catalog', name: '0099_e2e', reversible: false }])

    const refused = await runUnchanging(['rollback', ...env, '--yes'])
    expect(refused.code).toBe(3)
    expect(refused.stderr).toMatch(/^MIGRATION_IRREVERSIBLE: .*users stay on release 5\./m)
    expect(refused.stderr).toMatch(/^ {2}Why: catalog: migration 0099_e2e cannot be undone$/m)
    expect(refused.stderr).toMatch(/^ {2}Fix: \S.*rollback --env dev --to 4 --force$/m)

    const { stdout } = await release(6, ['rollback', ...env, '--to', '4', '--force', '--yes'])
    expect(stdout).toContain('catalog 0099_e2e (cannot be undone)')
    expect((await shop.record(6)).services).toEqual((await shop.record(4)).services)
  })

  test('releases that are no way back are refused by name', async () => {
    const unknown = await runUnchanging(['rollback', ...env, '--to', '99', '--yes'])
    expect(unknown).toMatchObject({ code: 3, stderr: expect.stringContaining('RELEASE_NOT_FOUND') })
    const current = await runUnchanging(['rollback', ...env, '--to', '4', '--yes'])
    expect(current).toMatchObject({ code: 3, stderr: expect.stringContaining('RELEASE_ALREADY_CURRENT') })
  })

  test('a record deleted by hand and one that was spoilt leave the history going on', async () => {
    await remove('ConfigMap', 'shopctl-release-2')
    const spoilt = { apiVersion: 'v1', kind: 'ConfigMap', name: 'shopctl-release-3', namespace: shop.namespace }
    const body = { binaryData: { 'record.json.gz': Buffer.from('spoilt').toString('base64') } }
    await shop.kube.patch(spoilt, { body, fieldManager: 'kubectl-edit' }, deadline())

    const said = await shop.run(['history', ...env])
    expect(said.code, said.stderr).toBe(0)
    expect(`${said.stdout}${said.stderr}`).toMatch(
      /the record of release 3 could not be read \(its content was changed or cut\); it was set aside as ConfigMap shopctl-release-3 in /,
    )
    expect(said.stdout).toMatch(/^6 \*\s+succeeded\s+rollback/m)
    expect(said.stdout).not.toMatch(/^[23] /m)
    // It is said once, and kept.
    const again = await shop.run(['history', ...env])
    expect(`${again.stdout}${again.stderr}`).not.toContain('set aside')
    expect(await shop.kube.read(spoilt, deadline())).toMatchObject(body)
    expect((await shop.run(['status', ...env])).code).toBe(0)
  })

  test('a release whose Secret was deleted is refused, and made again where its values are those of then', async () => {
    const first = await shop.record(1)
    const name = `order-management-secrets-${first.services.orders?.settingsHash}`
    await remove('Secret', name)
    const back = ['rollback', ...env, '--to', '1', '--force', '--yes']
    const refused = await runUnchanging(back)
    expect(refused.code, refused.stderr).toBe(3)
    expect(refused.stderr).toMatch(
      /^RELEASE_INCOMPLETE: Release 1 can no longer be applied in dev; nothing was changed/m,
    )
    expect(refused.stderr).toContain(`Why: orders: its secret settings are gone (Secret ${name} in ${shop.namespace})`)

    await setToken('the first token')
    await settingsOfThen()
    await release(7, back)
    expect(await toldToOrders()).toMatchObject({ secret: name, token: 'the first token' })
  })

  test('the number of the newest record is not given again after somebody has deleted it', async () => {
    await remove('ConfigMap', 'shopctl-release-7')
    const { stdout } = await release(8, ['deploy', ...env, '--force'])
    expect(stdout).toContain('Release 8 serves in dev.')
    expect((await shop.records()).map(({ number }) => number)).toEqual([8, 6, 5, 4, 1])
  }, 180_000)
})
