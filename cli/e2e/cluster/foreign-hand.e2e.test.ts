import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KubeObject, ObjectReference } from '../../platforms/kubernetes/kube-client.ts'
import { referenceOf } from '../../platforms/kubernetes/object-reference.ts'
import { type ClusterShop, createClusterShop, eventually } from './cluster-shop.ts'
import { type ForeignHand, openForeignHand } from './foreign-hand.ts'
import { noCluster, onCluster } from './test-cluster.ts'
import { digestsOf, runningDigests } from './whole-release.ts'

const env = ['--env', 'dev'] as const
const deadline = () => AbortSignal.timeout(30_000)

describe.skipIf(noCluster !== null)(onCluster('another hand in the namespace of the shop'), () => {
  let shop: ClusterShop
  let hand: ForeignHand
  let theirs: readonly KubeObject[] = []

  const named = (apiVersion: string, kind: string, name: string): ObjectReference => ({
    apiVersion,
    kind,
    name,
    namespace: shop.namespace,
  })
  const deployment = (name: string) => named('apps/v1', 'Deployment', name)
  const read = (reference: ObjectReference) => shop.kube.read(reference, deadline())
  const uidOf = async (reference: ObjectReference) => (await read(reference))?.metadata.uid

  const describeStock = (words: string) =>
    shop.edit('services/catalog/inventory/stock-routes.ts', (text) =>
      text.replace(/summary: 'Get the stock of .*'/, `summary: 'Get the stock of ${words}'`),
    )
  /** Without those of a release before, which may still be on their way out. */
  const pods = async () => (await shop.pods()).flatMap((pod) => (pod.terminating ? [] : [pod.uid])).toSorted()

  /** Objects of somebody else's; one of them carries our label, which proves nothing. */
  const foreignObjects = (): readonly KubeObject[] => {
    const metadata = (name: string) => ({ name, namespace: shop.namespace })
    const labels = { 'app.kubernetes.io/managed-by': 'shopctl', 'app.kubernetes.io/part-of': 'ecommerce' }
    const template = {
      metadata: { labels: { app: 'theirs' } },
      spec: { containers: [{ name: 'theirs', image: 'registry.invalid/theirs:1' }] },
    }
    const spec = { replicas: 0, selector: { matchLabels: { app: 'theirs' } }, template }
    return [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata('theirs'), data: { a: '1' } },
      { apiVersion: 'v1', kind: 'Secret', metadata: { ...metadata('theirs'), labels }, stringData: { a: '1' } },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata('theirs') },
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { ...metadata('theirs'), labels }, spec },
    ]
  }
  const theirsAreThere = async () => {
    for (const object of theirs) expect(await uidOf(referenceOf(object)), object.kind).toBeDefined()
  }

  beforeAll(async () => {
    shop = await createClusterShop()
    hand = await openForeignHand(shop.kube, 'kubectl-edit')
    await shop.deploy()
    theirs = foreignObjects()
    for (const object of theirs) await hand.create(object)
  })
  afterAll(() => shop?.close())

  test('drift is shown with who did it', async () => {
    expect((await shop.run(['status', ...env])).code).toBe(0)
    await hand.edit(deployment('user-management'), { spec: { revisionHistoryLimit: 7 } })
    const { code, stdout, stderr } = await shop.run(['status', ...env])
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(
      /^Changed by kubectl-edit at \S+: Deployment user-management \.spec\.revisionHistoryLimit is 7, not 2\.$/m,
    )
  })

  test('a deploy with nothing changed is refused in the name of who owns the field, and changes nothing', async () => {
    const [before, live] = [await pods(), await read(deployment('user-management'))]
    const { code, stderr } = await shop.run(['deploy', ...env])
    expect(code, stderr).toBe(3)
    expect(stderr).toMatch(/^FIELD_CONFLICT: Nothing was applied in dev: somebody else has set fields/m)
    expect(stderr).toMatch(
      /Why: .*user-management.*revisionHistoryLimit.*kubectl-edit|kubectl-edit.*revisionHistoryLimit/,
    )
    expect(stderr).toMatch(/^ {2}Fix: \S.*deploy --env dev --force$/m)
    expect((await read(deployment('user-management')))?.metadata.resourceVersion).toBe(live?.metadata.resourceVersion)
    expect(await pods()).toEqual(before)
    expect(await shop.records()).toHaveLength(1)
  })

  test('--force takes the field back, without a new release and without a restart', async () => {
    const before = await pods()
    const { stdout } = await shop.deploy('--force')
    expect(stdout).toContain('Release 1 of dev is back; nothing else changed.')
    expect(await read(deployment('user-management'))).toMatchObject({ spec: { revisionHistoryLimit: 2 } })
    expect(await pods()).toEqual(before)
    expect((await shop.run(['status', ...env])).stdout).not.toContain('kubectl-edit')
  })

  test('more pods than wanted in the middle of a deploy are tolerated, and shown afterwards', async () => {
    await describeStock('one product')
    const deploying = shop.start(['deploy', ...env])
    await deploying.waitFor('catalog is progressing')
    await hand.scale(deployment('product-catalog'), 2)
    const { code, stderr } = await deploying.result()
    expect(code, stderr).toBe(0)
    const { stdout } = await shop.run(['status', ...env])
    expect(stdout).toMatch(/^Changed by kubectl-edit.*: Deployment product-catalog \.spec\.replicas is 2, not 1\.$/m)
  })

  test('an image that is edited in the middle of a deploy fails it, and everything goes back', async () => {
    await describeStock('two products')
    const deploying = shop.start(['deploy', ...env, '--force'])
    await deploying.waitFor('catalog is progressing')
    const containers = [{ name: 'users', image: 'registry.invalid/theirs:1' }]
    await hand.edit(deployment('user-management'), { spec: { template: { spec: { containers } } } })
    const { code, stderr } = await deploying.result()
    expect(code, stderr).toBe(4)
    expect(stderr).toMatch(/^ROLLOUT_UNHEALTHY: users did not become healthy in dev; users are back on release 2\./m)
    expect(stderr).toMatch(
      /Why: .*kubectl-edit \(.*\) changed Deployment user-management while it was being watched: it runs registry\.invalid\/theirs:1/,
    )
    expect(await shop.record(3)).toMatchObject({ state: 'rolled-back', culprits: ['users'] })
    expect(await runningDigests(shop)).toEqual(await digestsOf(shop, 2))
    expect(await shop.run(['status', ...env])).toMatchObject({ code: 0, stdout: expect.stringContaining('release 2 ') })
    expect((await shop.run(['status', ...env])).stdout).not.toContain('kubectl-edit')
  })

  test('an object of a name that the release needs, made by somebody else, is not taken over', async () => {
    const reference = named('v1', 'Service', 'product-catalog')
    const live = await read(reference)
    if (live === null) throw new Error('catalog has no Service')
    await hand.remove(reference)
    const spec = { selector: { app: 'theirs' }, ports: [{ name: 'http', port: 8000 }] }
    await hand.create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'product-catalog', namespace: shop.namespace },
      spec,
    })
    const [uid, before] = [await uidOf(reference), await pods()]
    const { code, stderr } = await shop.run(['deploy', ...env])
    expect(code, stderr).toBe(3)
    expect(stderr).toMatch(/^OBJECT_FOREIGN: Nothing was applied in dev: .* objects that shopctl did not make\.$/m)
    expect(stderr).toMatch(/^ {2}Why: Service product-catalog was made by kubectl-edit/m)
    expect(await uidOf(reference)).toBe(uid)
    expect(await read(reference)).toMatchObject({ spec: { selector: { app: 'theirs' } } })
    expect(await pods()).toEqual(before)
    await hand.remove(reference)
  })

  test('deploy and the way back have pruned nothing of others', theirsAreThere)

  test('down stops the shop, keeps the records and what is not ours, and a deploy brings all of it back', async () => {
    const history = await shop.records()
    const down = await shop.run(['down', ...env, '--yes'])
    expect(down.code, down.stderr).toBe(0)
    expect(down.stdout).toContain('dev is down; its data is kept.')
    expect(await shop.pods()).toEqual([])
    await theirsAreThere()
    expect(await shop.records()).toEqual(history)
    expect(await shop.run(['status', ...env])).toMatchObject({
      code: 5,
      stdout: expect.stringContaining('dev is down; it should be on release 2'),
    })

    await describeStock('one product')
    expect((await shop.deploy()).stdout).toContain('Release 2 of dev is back; nothing else changed.')
    expect(await runningDigests(shop)).toEqual(await digestsOf(shop, 2))
    const api = await shop.api()
    expect((await api.products()).length).toBe(50)
  })

  test('the namespace stays for as long as somebody else has something in it, and then goes', async () => {
    const first = await shop.run(['down', ...env, '--delete-data', '--yes'])
    expect(first.code, first.stderr).toBe(0)
    expect(`${first.stdout}${first.stderr}`).toMatch(/Namespace \S+ stays: .*ConfigMap theirs.* is not shopctl's\./)
    await theirsAreThere()
    expect(await shop.records()).toEqual([])

    for (const object of theirs) await hand.remove(referenceOf(object))
    const second = await shop.run(['down', ...env, '--delete-data', '--yes'])
    expect(second.code, second.stderr).toBe(0)
    const gone = { apiVersion: 'v1', kind: 'Namespace', name: shop.namespace, namespace: null }
    await eventually('the namespace went', async () => (await read(gone)) === null)
  })
})
