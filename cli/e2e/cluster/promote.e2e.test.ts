import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serviceNames } from '../../../services/registry.ts'
import { noCluster, onCluster } from './test-cluster.ts'
import { createTwoEnvironments, imageIn, type TwoEnvironments } from './two-environments.ts'

let shops: TwoEnvironments
beforeAll(async () => {
  if (noCluster === null) shops = await createTwoEnvironments()
})
afterAll(async () => shops?.close())

const promote = 'release promote --from staging --to prod'
/** Nothing is listening there: what needs a container engine would say so. */
const noEngine = { DOCKER_HOST: 'unix:///nowhere/docker.sock' }

const newest = async (environment: 'staging' | 'prod') => {
  const [record] = await shops.records(environment)
  if (record === undefined) throw new Error(`${environment} has no record`)
  return record
}

const change = (marker: string) =>
  shops.staging.shop.edit('services/catalog/main.ts', (text) => `${text}\nReflect.set(globalThis, '${marker}', 1)\n`)

describe.skipIf(noCluster !== null)(onCluster('a promotion'), () => {
  test('of nothing is refused', async () => {
    const { code, stderr } = await shops.run(`${promote} --yes`)
    expect(code, stderr).toBe(3)
    expect(stderr).toContain('NOTHING_TO_PROMOTE: No release serves in staging')
    expect(await shops.records('prod')).toEqual([])
  })

  test('is shown by a dry run, and asked for by the name of prod', async () => {
    await shops.done('deploy --env staging')
    const dry = await shops.run(`${promote} --dry-run`)
    expect(dry.code, dry.stderr).toBe(2)
    for (const service of serviceNames) expect(dry.stdout).toContain(service)

    const { code, stdout, stderr } = await shops.run(promote)
    expect(code, stderr).toBe(3)
    expect(stdout).toContain('To prod: what staging runs as release 1')
    expect(stderr).toContain('NOT_CONFIRMED: The release to prod was not confirmed; nothing was changed.')
    expect(stderr).toMatch(/Fix: .* release promote --from staging --to prod --release 1 --yes$/m)
    expect(await shops.records('prod')).toEqual([])
  })

  test('brings the digests of staging to prod, whatever the sources are now and without an engine', async () => {
    const tags = () => Promise.all(serviceNames.map((service) => shops.staging.pushedTags(service)))
    const before = await tags()
    const undo = await change('edited')
    const { stdout } = await shops.done(`${promote} --yes`, { env: noEngine })
    await undo()
    expect(stdout).toContain('Release 1 serves in prod, promoted from release 1 of staging.')

    const [there, here] = await Promise.all([newest('staging'), newest('prod')])
    expect(here).toMatchObject({
      number: 1,
      state: 'succeeded',
      commit: there.commit,
      promotedFrom: { environment: 'staging', release: 1 },
    })
    const registry = shops.staging.env.SHOPCTL_REGISTRY ?? ''
    expect((await shops.imagesInProd()).toSorted()).toEqual(
      serviceNames.map((service) => imageIn(registry, there, service)).toSorted(),
    )
    expect(here.scans.map(({ service, verdict }) => `${service} ${verdict}`).toSorted()).toEqual(
      serviceNames.map((service) => `${service} passed`).toSorted(),
    )
    const ran = here.steps.filter(({ outcome }) => outcome === 'done').map(({ name }) => name)
    expect(ran).toEqual('plan find render scan lock prepare record migrate apply gate smoke promote close'.split(' '))
    expect(await tags()).toEqual(before)
    const status = await shops.done('status --env prod')
    expect(status.stdout).toContain('promoted from release 1 of staging')
  })

  test('of the same changes nothing', async () => {
    const again = await shops.done(`${promote} --yes`)
    expect(again.stdout).toContain('Nothing changed: prod is on release 1')
    expect((await shops.run(`${promote} --dry-run`)).code).toBe(0)
    expect(await shops.records('prod')).toHaveLength(1)
  })

  test('is refused where the manifests that were tested are not those of the checkout', async () => {
    const longer = (text: string) => text.replaceAll('shutdownDelaySeconds: 5', 'shutdownDelaySeconds: 6')
    const undo = await shops.staging.shop.edit('stacks/environments.ts', longer)
    const { code, stderr } = await shops.run(`${promote} --yes`)
    await undo()
    expect(code, stderr).toBe(3)
    expect(stderr).toContain('SOURCE_DIFFERS: What is checked out here is not what release 1 of staging was made of')
    expect(stderr).toMatch(/Fix: git stash$/m)
    expect(stderr).toMatch(/Fix: .* release promote --from staging --to prod --release 1 --force$/m)
  })

  test('to another registry copies the images by digest, and a rollback goes back to those of before', async () => {
    await change('second')
    await shops.staging.shop.commit('Change the catalogue')
    await shops.done('deploy --env staging')
    const registry = `${shops.staging.env.SHOPCTL_REGISTRY}-prod`
    const { stdout, stderr } = await shops.done(`${promote} --yes --ui plain`, {
      env: { ...noEngine, SHOPCTL_REGISTRY: registry },
    })
    expect(stdout + stderr).toContain('Copy the images')
    const [there, here] = await Promise.all([newest('staging'), newest('prod')])
    expect(here.promotedFrom).toEqual({ environment: 'staging', release: 2 })
    expect((await shops.imagesInProd()).toSorted()).toEqual(
      serviceNames.map((service) => imageIn(registry, there, service)).toSorted(),
    )

    await shops.done('rollback --env prod --yes')
    const back = await newest('prod')
    expect(back).toMatchObject({ kind: 'rollback', restores: 1, promotedFrom: { environment: 'staging', release: 1 } })
    const refused = await shops.run(`${promote} --yes`, { env: { SHOPCTL_REGISTRY: registry } })
    expect(refused.code, refused.stderr).toBe(3)
    expect(refused.stderr).toMatch(/DIGEST_REFUSED: .* is the same as in release 2, which was taken back in prod/)
  })
})
