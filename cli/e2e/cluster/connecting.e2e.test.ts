import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { ensureNamespace } from '../../platforms/kubernetes/namespace.ts'
import { type ClusterShop, createClusterShop, eventually } from './cluster-shop.ts'
import { clusterVariables, noCluster, onCluster } from './test-cluster.ts'

let shop: ClusterShop
beforeAll(async () => {
  if (noCluster === null) shop = await createClusterShop()
})
afterAll(async () => shop?.close())

const deadline = () => AbortSignal.timeout(30_000)
const addressSchema = z.object({ port: z.int() })
const kubeconfigSchema = z.object({
  clusters: z.array(z.object({ cluster: z.looseObject({ server: z.url() }) })).min(1),
})
const tokenSchema = z.object({ data: z.object({ token: z.base64() }) })

/** Takes connections and says nothing, as an address does from which nothing comes back. */
const startSilence = async (): Promise<number> => {
  const server = createServer()
  const sockets = new Set<{ destroy(): void }>()
  server.on('connection', (socket) => sockets.add(socket.on('error', () => undefined)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  return addressSchema.parse(server.address()).port
}

const writeKubeconfig = async (cluster: unknown, user: unknown): Promise<{ readonly KUBECONFIG: string }> => {
  const file = join(shop.root, '..', 'kubeconfig')
  const content = {
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'of-the-test', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'of-the-test',
  }
  await writeFile(file, JSON.stringify(content))
  return { KUBECONFIG: file }
}

const testCluster = async () => {
  const text = await readFile(clusterVariables.KUBECONFIG ?? '', 'utf8')
  return kubeconfigSchema.parse(parse(text)).clusters[0]?.cluster
}

/** Somebody whom the cluster knows, and who may do nothing there. */
const strangersToken = async (): Promise<string> => {
  const { kube, namespace } = shop
  await ensureNamespace(kube, namespace, deadline())
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'stranger', namespace } }
  await kube.create(account, deadline())
  const metadata = { name: 'stranger', namespace, annotations: { 'kubernetes.io/service-account.name': 'stranger' } }
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'kubernetes.io/service-account-token' }
  await kube.create(secret, deadline())
  const reference = { apiVersion: 'v1', kind: 'Secret', name: 'stranger', namespace }
  const made = await eventually('was given a token', async () => {
    const { data } = tokenSchema.safeParse(await kube.read(reference, deadline()))
    return data ?? null
  })
  return Buffer.from(made.data.token, 'base64').toString()
}

describe.skipIf(noCluster !== null)(onCluster('connecting'), () => {
  test('without credentials three ways to log in to AWS are named, although nobody answers for the machine', async () => {
    const AWS_EC2_METADATA_SERVICE_ENDPOINT = `http://127.0.0.1:${await startSilence()}`
    const result = await shop.run(['status', '--env', 'staging'], { env: { AWS_EC2_METADATA_SERVICE_ENDPOINT } })
    const { code, stderr, milliseconds } = result
    expect(code, stderr).toBe(3)
    expect(stderr).toContain('AWS_NOT_LOGGED_IN: AWS does not know who asks for the cluster shop-prod of staging')
    for (const way of ['aws sso login', 'export AWS_PROFILE=', 'export AWS_ACCESS_KEY_ID='])
      expect(stderr).toContain(`Fix: ${way}`)
    expect(milliseconds).toBeLessThan(15_000)
  })

  test('a context that nobody knows is refused with those that there are', async () => {
    const { code, stderr } = await shop.run(['status', '--env', 'staging', '--kube-context', 'nowhere'])
    expect(code, stderr).toBe(3)
    expect(stderr).toContain('KUBE_CONTEXT_UNKNOWN: There is no kubeconfig context nowhere.')
    expect(stderr).toContain(shop.kube.context)
  })

  test('without a kubeconfig it is said where one was looked for', async () => {
    const { code, stderr } = await shop.run(['status', '--env', 'dev'], { env: { KUBECONFIG: '' } })
    expect(code, stderr).toBe(3)
    expect(stderr).toContain('KUBECONFIG_MISSING')
    expect(stderr).toContain(join('.kube', 'config'))
  })

  test.each(['status', 'deploy'])('%s on a server that does not answer ends with 6', async (verb) => {
    const { port } = { port: await startSilence() }
    const env = await writeKubeconfig({ server: `https://127.0.0.1:${port}` }, { token: 'of-nobody' })
    const { code, stderr, milliseconds } = await shop.run([verb, '--env', 'dev'], { env })
    expect(code, stderr).toBe(6)
    expect(stderr).toMatch(/UNREACHABLE: The cluster of context of-the-test gave no answer/)
    expect(stderr).not.toContain('of-nobody')
    expect(milliseconds).toBeLessThan(45_000)
  })

  test('who may do nothing is told what may not be done, by verb and resource', async () => {
    const token = await strangersToken()
    const env = await writeKubeconfig(await testCluster(), { token })
    for (const verb of ['status', 'deploy', 'history']) {
      const { code, stdout, stderr } = await shop.run([verb, '--env', 'dev'], { env })
      expect(code, stderr).toBe(3)
      expect(stderr).toMatch(/KUBE_FORBIDDEN: .*(list|get) (configmaps|ConfigMaps)/)
      expect(stdout + stderr).not.toContain(token)
    }
    const doctor = await shop.run(['doctor', '--env', 'dev'], { env })
    expect(doctor.code, doctor.stderr).toBe(3)
    expect(doctor.stdout + doctor.stderr).toMatch(/get, list, create, patch, delete, watch deployments\.apps/)
  })
})
