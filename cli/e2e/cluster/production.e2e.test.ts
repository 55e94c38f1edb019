import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { environments } from '../../../stacks/environments.ts'
import type { CommandOptions } from '../running-command.ts'
import { type ClusterShop, createClusterShop } from './cluster-shop.ts'
import { noCluster, onCluster } from './test-cluster.ts'

let shop: ClusterShop
let inProduction: { readonly env: Readonly<Record<string, string>> }
let wasThere: boolean

/** Enough to be asked: nothing is released with it. */
const ofNobody = (name: string) => [`${name} --service orders`, 'of-nobody'] as const

const deadline = () => AbortSignal.timeout(30_000)

/** Whether somebody's production is on this cluster: these tests never come that far. */
const isThere = async (): Promise<boolean> => {
  const name = environments.prod.kubernetes?.namespace ?? ''
  return (await shop.kube.read({ apiVersion: 'v1', kind: 'Namespace', name, namespace: null }, deadline())) !== null
}

const run = (words: string, options: CommandOptions = {}) =>
  shop.run([...words.split(' '), '--env', 'prod'], { ...options, env: { ...inProduction.env, ...options.env } })

beforeAll(async () => {
  if (noCluster !== null) return
  shop = await createClusterShop()
  // An empty word counts as not set: production has one namespace only.
  inProduction = { env: { SHOPCTL_NAMESPACE: '', SHOPCTL_KUBE_CONTEXT: shop.kube.context } }
  wasThere = await isThere()
  const url = 'postgres://nobody:p4ssw0rd-of-nobody@db.invalid/users'
  for (const [words, input] of [
    ['DATABASE_URL', url],
    ['JWT_PRIVATE_KEYS --service users', '[]'],
    ['TOKEN_KEY --service users', 'k'.repeat(32)],
    ['SERVICE_CLIENT_SECRET', 'w'.repeat(32)],
    ['CURSOR_KEY', 'c'.repeat(32)],
    ['SMTP_URL', 'smtps://shop:p4ssw0rd-of-nobody@mail.invalid:465'],
    ...['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRETS', 'SHIPPING_WEBHOOK_SECRETS'].map(ofNobody),
    ...['PAYPAL_CLIENT_ID', 'PAYPAL_CLIENT_SECRET', 'PAYPAL_WEBHOOK_IDS'].map(ofNobody),
    ...['SELLER_NAME', 'SELLER_ADDRESS', 'SELLER_COUNTRY', 'SELLER_TAX_ID'].map(ofNobody),
  ] as const) {
    const { code, stderr } = await run(`secrets set ${words}`, { input })
    if (code !== 0) throw new Error(stderr)
  }
})
afterAll(async () => {
  if (shop !== undefined) expect(await isThere()).toBe(wasThere)
  await shop?.close()
})

describe.skipIf(noCluster !== null)(onCluster('production'), () => {
  const program = () => `'${join(shop.root, 'bin', 'shopctl')}'`

  test('is not released to where nobody can be asked, and says what to type', async () => {
    const { code, stderr } = await run('deploy --only users,catalog,orders')
    expect(code, stderr).toBe(3)
    expect(stderr).toContain('NOT_CONFIRMED: The release to prod was not confirmed; nothing was changed.')
    expect(stderr).toContain(`Fix: ${program()} deploy --only users,catalog,orders --env prod --yes`)
  })

  test.each(['y', 'yes', 'staging', ''])('takes "%s" for a no', async (answer) => {
    const asking = shop.start(['down', '--env', 'prod'], { ...inProduction, tty: { columns: 120 } })
    await asking.waitFor('Stop everything of prod? Type prod to go on:')
    asking.write(`${answer}\r`)
    const { code, stdout } = await asking.result()
    expect(code).toBe(3)
    expect(stdout).toContain('NOT_CONFIRMED')
  })

  test('is asked for by its name before a release, and a Ctrl-C is no answer', async () => {
    const asking = shop.start(['deploy', '--env', 'prod'], { ...inProduction, tty: { columns: 120 } })
    await asking.waitFor('Release users, catalog, orders to prod? Type prod to go on:')
    asking.write('\u0003')
    const { code, stdout } = await asking.result()
    expect(code).toBe(130)
    expect(stdout).toContain('nothing was changed')
  })

  test.each(['down', 'down --delete-data'])('is not taken away by "%s" where nobody can be asked', async (words) => {
    const { code, stderr } = await run(words)
    expect(code, stderr).toBe(3)
    expect(stderr).toContain(`Fix: ${program()} ${words} --env prod --yes`)
  })

  test('lives in one namespace, whatever the environment variable says', async () => {
    const { code, stderr } = await run('deploy --yes', { env: { SHOPCTL_NAMESPACE: 'elsewhere' } })
    expect(code, stderr).toBe(3)
    expect(stderr).toContain('NAMESPACE_FIXED: prod lives in ecommerce-prod and nowhere else; nothing was changed.')
    expect(stderr).toContain('Fix: unset SHOPCTL_NAMESPACE')
  })

  test('has nothing to go back to before its first release', async () => {
    const { code, stderr } = await run('rollback')
    expect(code, stderr).toBe(3)
    expect(stderr).toMatch(/NO_ROLLBACK_TARGET|NOT_CONFIRMED/)
  })
})
