import { Agent } from 'node:https'
import { connect as connectSocket, createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHttpKubeClient } from './http-kube-client.ts'
import { createKubeConnection, type KubeConnection } from './kube-connection.ts'
import { defaultPatience, KubeRequests } from './kube-requests.ts'
import { listAndWatch } from './list-and-watch.ts'
import { loadKubeconfig } from './load-kubeconfig.ts'
import { openTestCluster, type TestCluster } from './testing/cluster-for-tests.ts'

const noCluster = process.env.KUBECONFIG === undefined

/** Stands between us and the API server; its connections can be cut, and stopped. */
class Wire {
  readonly #sockets = new Set<Socket>()
  readonly #server: Server
  port = 0

  constructor(to: URL) {
    this.#server = createServer((near) => {
      const far = connectSocket(Number(to.port), to.hostname)
      for (const socket of [near, far]) {
        this.#sockets.add(socket)
        socket.on('error', () => undefined)
        socket.on('close', () => this.#sockets.delete(socket))
      }
      near.pipe(far).pipe(near)
    })
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.port, '127.0.0.1', resolve))
    const address = this.#server.address()
    if (typeof address === 'object' && address !== null) this.port = address.port
  }

  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.cut()
    await closed
  }
}

describe.skipIf(noCluster)(`list and watch on a real API server${noCluster ? ' (skipped: no KUBECONFIG)' : ''}`, () => {
  let cluster: TestCluster
  let direct: KubeConnection
  let wire: Wire
  beforeAll(async () => {
    cluster = await openTestCluster('watch')
    direct = await createKubeConnection(() => loadKubeconfig({ context: null, environment: process.env }))
    wire = new Wire(direct.server)
    await wire.open()
  })
  afterAll(async () => {
    await wire.close()
    await cluster.close()
  })

  const throughTheWire = async () => {
    const { agent, headers } = await direct.access('kept')
    if (!(agent instanceof Agent)) throw new Error('the test needs a cluster with TLS')
    const server = new URL(direct.server)
    server.hostname = '127.0.0.1'
    server.port = String(wire.port)
    const sameName = new Agent({
      ...agent.options,
      servername: direct.server.hostname === '127.0.0.1' ? '' : direct.server.hostname,
      keepAlive: true,
    })
    const connection: KubeConnection = { ...direct, server, access: async () => ({ agent: sameName, headers }) }
    return createHttpKubeClient(new KubeRequests(connection, defaultPatience))
  }

  const write = (name: string, value: string) =>
    cluster.client.apply(
      {
        object: {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name, namespace: cluster.namespace },
          data: { value },
        },
        conflicts: 'take',
        mode: 'apply',
      },
      cluster.signal,
    )

  test('nothing is missed that happened while the connection was cut', async () => {
    const stop = new AbortController()
    const client = await throughTheWire()
    const request = { apiVersion: 'v1', kind: 'ConfigMap', namespace: cluster.namespace }
    const lists: string[] = []
    const touches: boolean[] = []
    const missed = async () => {
      await wire.close()
      await write('during', 'the cut')
      await wire.open()
    }
    let cut: Promise<void> | null = null
    await write('before', '1')
    await listAndWatch(client, request, {
      signal: stop.signal,
      watchSeconds: 5,
      onChange(change, watched) {
        const names = [...watched.objects.values()].map(({ metadata }) => metadata.name)
        if (change.type === 'listed') lists.push(names.filter((name) => name !== 'kube-root-ca.crt').join(' '))
        if (change.type === 'touch') touches.push(watched.touch.inTouch)
        if (change.type === 'listed') void write('before', '2')
        if (change.type === 'set' && change.object.metadata.name === 'before') cut ??= missed()
        if (change.type === 'set' && change.object.metadata.name === 'during') stop.abort()
      },
    })
    await cut
    expect(lists).toEqual(['before'])
    expect(touches).toEqual([false, true])
  })

  test('a quiet watch goes on over the ends that the server gives it', async () => {
    const stop = new AbortController()
    const changes: string[] = []
    let watches = 0
    const client: Parameters<typeof listAndWatch>[0] = {
      list: (request, signal) => cluster.client.list(request, signal),
      watch(request, signal) {
        watches += 1
        if (watches === 3) stop.abort()
        return cluster.client.watch(request, signal)
      },
    }
    await listAndWatch(
      client,
      { apiVersion: 'v1', kind: 'Pod', namespace: cluster.namespace },
      { signal: stop.signal, watchSeconds: 1, onChange: ({ type }) => changes.push(type) },
    )
    expect(changes).toEqual(['listed'])
  })
})
