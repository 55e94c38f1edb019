import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type Docker from 'dockerode'
import { z } from 'zod'
import { openLocalEngine } from '../../engine/local-engine.ts'
import { clusterLabel } from '../kind-cluster.ts'
import { type KindNode, openKindNode } from '../kind-node.ts'

const { KUBECONFIG, SHOPCTL_BASE_IMAGE: base = '', SHOPCTL_TEST_CONTAINERD: containerd = '' } = process.env

/** Why no node of kind can be stood in for here; null where one can. */
export const standInMissing: string | null =
  KUBECONFIG && base && containerd
    ? null
    : 'no node: KUBECONFIG, SHOPCTL_BASE_IMAGE and SHOPCTL_TEST_CONTAINERD (the socket of its containerd) are not set'

export type StandInKind = {
  readonly name: string
  /** Where the container publishes the API server of the cluster. */
  readonly server: string
  readonly node: KindNode
  /** Removes images of the node whose reference begins like this. */
  removeImages(prefix: string, signal: AbortSignal): Promise<void>
  stop(): Promise<void>
}

/** As kind's container answers for its API server, from the other side of a socket in a file. */
const forwarder = `const{createServer,connect}=require('node:net')
createServer((one)=>{const other=connect('/api/socket')
one.on('error',()=>other.destroy()).pipe(other).on('error',()=>one.destroy()).pipe(one)}).listen(6443)`

const forwardTo = async (server: URL, path: string): Promise<() => void> => {
  const open = new Set<Socket>()
  const listener = createServer((one) => {
    const other = connect(Number(server.port || 443), server.hostname)
    open.add(one).add(other)
    one.on('error', () => other.destroy()).pipe(other)
    other.on('error', () => one.destroy()).pipe(one)
  })
  await new Promise<void>((resolve) => listener.listen(path, resolve))
  return () => {
    for (const socket of open) socket.destroy()
    listener.close()
  }
}

/** This machine's `ctr` and `uname` with their libraries, over those of the base image. */
const hostPrograms = ['/usr', '/bin', '/lib', '/lib64'].map((path) => `${path}:${path}:ro`)

const containerOf = (cluster: string, home: string) => ({
  Image: base,
  name: `${cluster}-control-plane`,
  User: '0',
  Entrypoint: ['/node'],
  Cmd: ['-e', forwarder],
  Labels: { [clusterLabel]: cluster, 'io.x-k8s.kind.role': 'control-plane' },
  ExposedPorts: { '6443/tcp': {} },
  HostConfig: {
    Binds: [
      ...hostPrograms,
      `${process.execPath}:/node:ro`,
      `${containerd}:/run/containerd/containerd.sock`,
      `${home}:/api`,
    ],
    PortBindings: { '6443/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] },
  },
})

const inspectSchema = z.object({
  Id: z.string(),
  Name: z.string(),
  NetworkSettings: z.object({ Ports: z.record(z.string(), z.array(z.object({ HostPort: z.string() })).nullable()) }),
})

const removeImages = async (node: KindNode, prefix: string, signal: AbortSignal): Promise<void> => {
  const ctr = ['ctr', '--namespace=k8s.io', 'images']
  const { stdout } = await node.run({ words: [...ctr, 'ls', '--quiet', `name~=^${prefix}`], input: null }, signal)
  const names = stdout.split('\n').filter(Boolean)
  if (names.length > 0) await node.run({ words: [...ctr, 'rm', '--sync', ...names], input: null }, signal)
}

const started = async (docker: Docker, cluster: string, home: string): Promise<Docker.Container> => {
  const container = await docker.createContainer(containerOf(cluster, home))
  try {
    await container.start()
    return container
  } catch (error) {
    await container.remove({ force: true })
    throw error
  }
}

/**
 * A container that looks like kind's only node: its labels, the API server behind a published port, and in it the real
 * containerd of the cluster that the tests have. kind itself is not run.
 */
export const startStandInKind = async (apiServer: string): Promise<StandInKind> => {
  const engine = await openLocalEngine()
  if ('none' in engine) throw new Error(engine.none)
  const cluster = `shopctl-test-${randomBytes(3).toString('hex')}`
  const home = await mkdtemp(join(tmpdir(), 'kind-'))
  const endForward = await forwardTo(new URL(apiServer), join(home, 'socket'))
  const container = await started(engine.docker, cluster, home)
  const { Id: id, Name: name, NetworkSettings: network } = inspectSchema.parse(await container.inspect())
  const node = openKindNode(engine, { id, name: name.replace(/^\//, '') })
  return {
    name: cluster,
    server: `https://127.0.0.1:${network.Ports['6443/tcp']?.[0]?.HostPort}`,
    node,
    removeImages: (prefix, signal) => removeImages(node, prefix, signal),
    async stop() {
      await container.remove({ force: true })
      endForward()
      await rm(home, { recursive: true })
    },
  }
}
