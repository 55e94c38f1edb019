import { randomUUID } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { KubeClient } from '../../platforms/kubernetes/kube-client.ts'
import { createKubeReleaseStore } from '../../platforms/kubernetes/release-store.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import { copyRepository, git } from '../copy-repository.ts'
import { type CommandOptions, type CommandResult, type RunningCommand, startCommand } from '../running-command.ts'
import { createShopApi, type ShopApi, UnexpectedAnswer } from '../shop-api.ts'
import { type ShopClient, startClient } from '../shop-client.ts'
import { e2eMarker } from '../shop-processes.ts'
import { clusterVariables, deleteNamespace, listAll, openTestCluster } from './test-cluster.ts'

export type PodSeen = {
  readonly uid: string
  readonly name: string
  readonly service: string
  readonly image: string
  readonly ready: boolean
  readonly restarts: number
  readonly terminating: boolean
}

export type OtherMachine = Pick<ClusterShop, 'root' | 'start' | 'run'> & { remove(): Promise<void> }

export type ClusterShop = {
  readonly root: string
  readonly environment: string
  readonly namespace: string
  readonly kube: KubeClient
  /** Runs `bin/shopctl` to its end, whatever its exit code. */
  run(args: readonly string[], options?: CommandOptions): Promise<CommandResult>
  start(args: readonly string[], options?: CommandOptions): RunningCommand
  /** `deploy --env …`; throws with the output where it does not exit 0. */
  deploy(...args: readonly string[]): Promise<CommandResult>
  /** Changes a source file, or makes one where there is none. Answers the way back, which may be taken twice. */
  edit(path: string, change: (text: string) => string): Promise<() => Promise<void>>
  commit(message: string): Promise<void>
  /** Newest first, as the cluster has them. */
  records(): Promise<readonly ReleaseRecord[]>
  record(release: number): Promise<ReleaseRecord>
  /** Pods of the services and the edge, also those that are on their way out. */
  pods(): Promise<readonly PodSeen[]>
  /** The shop through the edge's node port, from outside of the cluster. */
  url(): Promise<string>
  api(): Promise<ShopApi>
  client(): Promise<ShopClient>
  demoLogin(role: 'customer' | 'admin'): Promise<{ readonly email: string; readonly password: string }>
  /** The data of one Secret in the namespace, decoded. */
  secret(name: string): Promise<Readonly<Record<string, string>>>
  /** A second machine of the same developer team: another home, another state, another clone of the repository. */
  otherMachine(): Promise<OtherMachine>
  close(): Promise<void>
}

const stockOfClient = 1_000_000

const podSchema = z.object({
  metadata: z.object({
    uid: z.string(),
    name: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.object({ containers: z.array(z.object({ image: z.string() })).min(1) }),
  status: z.object({
    conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
    containerStatuses: z.array(z.object({ restartCount: z.int() })).default([]),
  }),
})
const nodeSchema = z.object({
  status: z.object({ addresses: z.array(z.object({ type: z.string(), address: z.string() })) }),
})
const serviceSchema = z.object({ spec: z.object({ ports: z.array(z.object({ nodePort: z.int().optional() })) }) })
const secretSchema = z.object({ data: z.record(z.string(), z.string()).default({}) })
const loginsSchema = z.object({ demo: z.object({ customerPassword: z.string(), adminPassword: z.string() }) })

const deadline = () => AbortSignal.timeout(30_000)

/** The shop on a cluster: a copy of the repository, a home and a namespace of its own. */
export const createClusterShop = async (environment: 'dev' | 'staging' = 'dev'): Promise<ClusterShop> => {
  const kube = await openTestCluster()
  const { root, remove } = await copyRepository()
  const namespace = `shop-e2e-${randomUUID().slice(0, 8)}`
  const variables = {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: join(root, '..', 'home'),
    LANG: 'C.UTF-8',
    ...clusterVariables,
    SHOPCTL_NAMESPACE: namespace,
    // Bundles and images by their content: what the test before has built is not built again.
    ...(process.env.SHOPCTL_CACHE_DIR ? { SHOPCTL_CACHE_DIR: process.env.SHOPCTL_CACHE_DIR } : {}),
    [e2eMarker]: root,
  }
  const clients: ShopClient[] = []

  const start: ClusterShop['start'] = (args, options = {}) => {
    const env = { ...variables, ...options.env }
    return startCommand({ program: join(root, 'bin', 'shopctl'), args, cwd: options.cwd ?? root, env }, options)
  }
  const run: ClusterShop['run'] = (args, options) => start(args, options).result()

  const records: ClusterShop['records'] = async () =>
    (await createKubeReleaseStore({ client: kube, namespace }).list()).records

  const secret: ClusterShop['secret'] = async (name) => {
    const found = await kube.read({ apiVersion: 'v1', kind: 'Secret', name, namespace }, deadline())
    const { data } = secretSchema.parse(found ?? {})
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    )
  }

  const url: ClusterShop['url'] = async () => {
    const [nodes, service] = await Promise.all([
      listAll(kube, { apiVersion: 'v1', kind: 'Node', namespace: null }),
      kube.read({ apiVersion: 'v1', kind: 'Service', name: 'edge', namespace }, deadline()),
    ])
    const addresses = z
      .array(nodeSchema)
      .parse(nodes)
      .flatMap(({ status }) => status.addresses)
    const node = addresses.find(({ type }) => type === 'InternalIP')?.address
    const port = serviceSchema.parse(service).spec.ports[0]?.nodePort
    if (node === undefined || port === undefined) throw new Error('the edge has no node port')
    return `http://${node}:${port}`
  }
  const api: ClusterShop['api'] = async () => createShopApi(await url())

  const demoLogin: ClusterShop['demoLogin'] = async (role) => {
    const { demo } = loginsSchema.parse(JSON.parse((await secret('shop-foundations'))['foundations.json'] ?? ''))
    return role === 'admin'
      ? { email: 'admin@shop.example', password: demo.adminPassword }
      : { email: 'demo@shop.example', password: demo.customerPassword }
  }

  return {
    root,
    environment,
    namespace,
    kube,
    run,
    start,
    records,
    secret,
    url,
    api,
    demoLogin,
    async deploy(...args) {
      const result = await run(['deploy', '--env', environment, ...args])
      if (result.code !== 0) throw new Error(`deploy exited ${result.code}:\n${result.stdout}\n${result.stderr}`)
      return result
    },
    async edit(path, change) {
      const file = join(root, path)
      const before = await readFile(file, 'utf8').catch(() => null)
      const after = change(before ?? '')
      if (after === before) throw new Error(`the edit of ${path} changes nothing`)
      await writeFile(file, after)
      return () => (before === null ? rm(file, { force: true }) : writeFile(file, before))
    },
    async commit(message) {
      await git(root, ['add', '-A'])
      await git(root, ['commit', '-q', '-m', message])
    },
    async record(release) {
      const found = (await records()).find(({ number }) => number === release)
      if (found === undefined) throw new Error(`there is no record of release ${release}`)
      return found
    },
    async pods() {
      const labelSelector = 'app.kubernetes.io/component=server,shopctl.dev/service'
      const items = await listAll(kube, { apiVersion: 'v1', kind: 'Pod', namespace, labelSelector })
      return z
        .array(podSchema)
        .parse(items)
        .map(({ metadata, spec, status }) => ({
          uid: metadata.uid,
          name: metadata.name,
          service: metadata.labels['shopctl.dev/service'] ?? '',
          image: spec.containers[0]?.image ?? '',
          ready: status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
          restarts: status.containerStatuses.reduce((sum, { restartCount }) => sum + restartCount, 0),
          terminating: metadata.deletionTimestamp !== undefined,
        }))
    },
    async client() {
      const shop = await api()
      const { email, password } = await demoLogin('admin')
      const buys = await whenAble(async () => {
        const [admin, token, [product]] = await Promise.all([
          shop.logIn(email, password),
          shop.register(),
          shop.products(),
        ])
        if (product === undefined) throw new Error('the shop has no products')
        await shop.setStock(product.id, stockOfClient, admin)
        return { token, productId: product.id }
      })
      const client = startClient({ url: await url(), buys })
      clients.push(client)
      return client
    },
    async otherMachine() {
      const { root: other, remove: removeOther } = await copyRepository()
      const start: OtherMachine['start'] = (args, options = {}) => {
        const own = { HOME: join(other, '..', 'home'), SHOPCTL_STATE_DIR: join(other, '.shopctl') }
        const env = { ...variables, ...own, ...options.env }
        return startCommand({ program: join(other, 'bin', 'shopctl'), args, cwd: other, env }, options)
      }
      return { root: other, start, run: (args, options) => start(args, options).result(), remove: removeOther }
    },
    async close() {
      await Promise.all(clients.map((client) => client.stop()))
      await deleteNamespace(kube, namespace)
      await remove()
    },
  }
}

/** What the shop is not able to do right after a rollout on two busy cores is asked for again, as its answer says. */
const whenAble = async <Value>(ask: () => Promise<Value>): Promise<Value> => {
  const done = await eventually('was the shop able to prepare a customer', async () => {
    try {
      return { value: await ask() }
    } catch (error) {
      if (error instanceof UnexpectedAnswer && error.status === 503) return null
      throw error
    }
  })
  return done.value
}

/** Until what is looked at is so; the words say what never came. */
export const eventually = async <Value>(
  what: string,
  look: () => Promise<Value | null | false>,
  seconds = 60,
): Promise<Value> => {
  const end = performance.now() + seconds * 1000
  for (;;) {
    const found = await look()
    if (found !== null && found !== false) return found
    if (performance.now() > end) throw new Error(`${seconds} s went by and never ${what}`)
    await pause(100)
  }
}
