import { randomBytes } from 'node:crypto'
import { connect } from '../connect.ts'
import type { KubeClient, KubeObject } from '../kube-client.ts'

/** Why a test that needs a cluster is skipped; null where it runs. */
export const clusterMissing = process.env.KUBECONFIG === undefined ? 'no cluster: KUBECONFIG is not set' : null

export type TestCluster = {
  readonly client: KubeClient
  readonly namespace: string
  readonly signal: AbortSignal
  /** Of a Node.js, by digest or tag. */
  readonly image: string
  close(): Promise<void>
}

const namespaceObject = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { 'shopctl.dev/test': 'yes' } },
})

/** A client and a namespace of its own on the cluster of KUBECONFIG; `close` begins to delete the namespace. */
export const openTestCluster = async (purpose: string): Promise<TestCluster> => {
  const client = await connect({ kubeContext: null, processEnvironment: process.env })
  const signal = AbortSignal.timeout(300_000)
  const namespace = `test-${purpose}-${randomBytes(3).toString('hex')}`
  await client.create(namespaceObject(namespace), signal)
  return {
    client,
    namespace,
    signal,
    image: process.env.SHOPCTL_BASE_IMAGE ?? 'node:24',
    close: async () => {
      await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace, namespace: null }, signal)
    },
  }
}

/** A container that runs a program of one line and stops at once when it is told to. */
export const nodeContainer = (image: string, program: string) => ({
  name: 'server',
  image,
  command: ['node', '-e', `process.on('SIGTERM', () => process.exit(0));${program}`],
  resources: { requests: { cpu: '10m', memory: '32Mi' } },
})
