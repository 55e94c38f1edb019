import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { baseImageName } from '../../images/base-image.ts'
import { type BuiltImages, buildImages } from '../../images/build-images.ts'
import { type StandInKind, standInMissing, startStandInKind } from '../../images/kind/testing/stand-in-kind.ts'
import { openRegistries } from '../../images/registry/open-registries.ts'
import { kindDestination } from './kind-destination.ts'
import { openTestCluster, type TestCluster } from './testing/cluster-for-tests.ts'
import { thrownBy } from './testing/thrown-by.ts'
import { untilListed } from './until-listed.ts'

const repository = join(import.meta.dirname, '..', '..', '..')
const service = `kind-test-${process.pid}`
const signal = () => AbortSignal.timeout(60_000)
const skipped = standInMissing === null ? '' : ` (skipped: ${standInMissing})`

describe.skipIf(standInMissing !== null)(`images in the nodes of a kind cluster${skipped}`, () => {
  let home = ''
  let kind: StandInKind
  let cluster: TestCluster
  let built: BuiltImages
  const said: string[] = []
  const warned: string[] = []
  const work = () => ({ say: (message: string) => said.push(message), signal: signal() })

  beforeAll(async () => {
    cluster = await openTestCluster('kind')
    kind = await startStandInKind(cluster.client.server)
    home = await mkdtemp(join(tmpdir(), 'kind-images-'))
    const source = join(home, 'source')
    await mkdir(join(source, 'services', service), { recursive: true })
    await symlink(join(repository, 'node_modules'), join(source, 'node_modules'))
    await writeFile(join(source, 'package.json'), '{"type":"module"}')
    const program = `console.log('${service}');process.on('SIGTERM',()=>process.exit(0));setInterval(()=>{},1e6)`
    await writeFile(join(source, 'services', service, 'main.ts'), program)
    const request = {
      services: [{ service, repository: service }],
      registry: destination().registry,
      lookUp: destination().lookUp,
      base: baseImageName(process.env),
      root: source,
      directories: { bundles: join(home, 'bundles'), cache: join(home, 'cache'), layouts: join(home, 'layouts') },
      facts: { revision: 'test', createdAt: '2026-01-02T03:04:05Z', source: '', version: 'test' },
      registries: openRegistries({ environment: 'dev', variables: process.env }),
      say: () => undefined,
    }
    built = await buildImages(request, signal())
  })
  afterAll(async () => {
    await cluster?.close()
    await kind?.removeImages(`kind.invalid/${service}@`, signal())
    await kind?.stop()
    await rm(home, { recursive: true, force: true })
  })

  const destination = (server = kind.server) =>
    kindDestination({
      environment: 'dev',
      server,
      layouts: join(home, 'layouts'),
      warn: (message) => warned.push(message),
    })
  const references = () => built.images.map(({ reference }) => reference)

  test('the cluster is known by the address of its API server', async () => {
    expect(await destination().finding(service, signal())).toMatchObject({
      state: 'fine',
      found: `none is needed: images go into ${kind.node.name} of the kind cluster ${kind.name}`,
    })
  })

  test('a cluster at another address has no place for images, and it is said what to do', async () => {
    const error = await thrownBy(destination('https://127.0.0.1:1').requirePlace([], signal()))
    expect(error).toMatchObject({ code: 'REGISTRY_NOT_NAMED', outcome: 'refused' })
    expect(error.why.join('\n')).toContain('https://127.0.0.1:1 is not one that kind made on this machine')
    expect(error.fix).toContain('kind create cluster')
  })

  test('a pod runs what was put into the node, and nobody pulls', async () => {
    expect(await destination().missing(built.images, signal())).toEqual([])
    await kind.removeImages(`kind.invalid/${service}@`, signal())
    expect(await destination().arrived(built.images, signal())).toEqual(new Set())

    await destination().push(built, work())
    expect(said.at(-1)).toMatch(new RegExp(`^${kind.node.name}: took \\d+\\.\\d MB$`))
    expect([...(await destination().arrived(built.images, signal()))]).toEqual(references())

    const { client, namespace } = cluster
    const [image = ''] = references()
    const container = { name: 'server', image, imagePullPolicy: 'Never' }
    const spec = { containers: [container], terminationGracePeriodSeconds: 2 }
    await client.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'runs', namespace }, spec }, signal())
    const phase = await untilListed({
      client,
      request: { apiVersion: 'v1', kind: 'Pod', namespace },
      judge: ([pod]) => {
        const text = JSON.stringify(pod?.status ?? {})
        return (
          ['Running', 'ErrImageNeverPull', 'CreateContainerError'].find((word) => text.includes(`"${word}"`)) ?? null
        )
      },
      deadlineSeconds: 60,
      doing: 'waiting for a pod',
      signal: signal(),
    })
    expect(phase).toBe('Running')
    expect(await client.logs({ namespace, pod: 'runs' }, signal())).toContain(service)
    await client.delete({ apiVersion: 'v1', kind: 'Pod', name: 'runs', namespace }, signal())
  })

  test('nothing is sent a second time', async () => {
    await destination().push(built, work())
    expect(said.at(-1)).toBe(`${kind.node.name}: has all images`)
  })

  test('what is gone of the node is put back from this machine, else it is missing', async () => {
    await kind.removeImages(`kind.invalid/${service}@`, signal())
    const digest = `sha256:${'0'.repeat(64)}`
    const lost = { service: 'orders', digest, reference: `kind.invalid/order-management@${digest}` }
    warned.length = 0
    expect(await destination().missing([...built.images, lost], signal())).toEqual([
      `orders: the nodes of ${kind.name} no longer have ${lost.reference}`,
    ])
    expect(warned).toEqual([`${references()[0]} was gone from the cluster ${kind.name}; it was put back.`])
    expect([...(await destination().arrived(built.images, signal()))]).toEqual(references())
  })
})
