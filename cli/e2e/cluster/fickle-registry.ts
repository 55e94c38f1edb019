import { createServer, request } from 'node:http'
import { networkInterfaces } from 'node:os'
import { z } from 'zod'
import type { KubeClient } from '../../platforms/kubernetes/kube-client.ts'
import { listAll } from './test-cluster.ts'

type Refusal = {
  readonly status: 401 | 404 | 429
  /** How many pulls are refused before one is let through. */
  readonly times: number
}

/** A registry that is in front of the real one: takes every push, and refuses pulls of the nodes when it is told to. */
export type FickleRegistry = {
  /** What SHOPCTL_REGISTRY is set to. */
  readonly place: string
  refusePulls(refusal: Refusal): void
  allowPulls(): void
  /** How many pulls it has refused since it was told to. */
  refused(): number
  close(): Promise<void>
}

const words = { 401: 'UNAUTHORIZED', 404: 'MANIFEST_UNKNOWN', 429: 'TOOMANYREQUESTS' } as const

const nodeSchema = z.object({
  status: z.object({ addresses: z.array(z.object({ type: z.string(), address: z.string() })) }),
})

/** Only a node that runs on this machine finds what listens on localhost here. */
export const nodesAreHere = async (kube: KubeClient): Promise<boolean> => {
  const nodes = await listAll(kube, { apiVersion: 'v1', kind: 'Node', namespace: null })
  const addresses = nodes.flatMap((node) => nodeSchema.parse(node).status.addresses)
  const own = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  return addresses
    .filter(({ type }) => type === 'InternalIP')
    .every(({ address }) => own.some((one) => one.address === address))
}

/** What shopctl asks is never refused: the image is pushed, and only those who are to run it do not get it. */
const isPull = ({ url, agent }: { readonly url: string; readonly agent: string }): boolean =>
  /^\/v2\/.+\/manifests\//.test(url) && agent !== 'shopctl'

export const startFickleRegistry = async (upstream: string): Promise<FickleRegistry> => {
  let refusal: Refusal | null = null
  let refused = 0
  const behind = new URL(`http://${upstream}`)

  const server = createServer((incoming, answer) => {
    const { url = '/', method, headers } = incoming
    if (refusal !== null && refused < refusal.times && isPull({ url, agent: headers['user-agent'] ?? '' })) {
      refused += 1
      const challenge = refusal.status === 401 ? { 'www-authenticate': 'Basic realm="e2e"' } : {}
      answer.writeHead(refusal.status, { 'content-type': 'application/json', ...challenge })
      answer.end(JSON.stringify({ errors: [{ code: words[refusal.status], message: 'refused by the test' }] }))
      return
    }
    // With the host as it was asked for, by which the real one says where an upload goes on.
    const asked = request({ host: behind.hostname, port: behind.port, path: url, method, headers }, (given) => {
      answer.writeHead(given.statusCode ?? 502, given.headers)
      given.pipe(answer)
    })
    asked.on('error', () => answer.destroy())
    incoming.pipe(asked)
  })
  const listening = Promise.withResolvers<void>()
  server.listen(0, listening.resolve)
  await listening.promise
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the registry has no port')

  return {
    place: `localhost:${address.port}`,
    refusePulls(next) {
      refusal = next
      refused = 0
    },
    allowPulls() {
      refusal = null
    },
    refused: () => refused,
    close: () => {
      const closed = Promise.withResolvers<void>()
      server.close(() => closed.resolve())
      server.closeAllConnections()
      return closed.promise
    },
  }
}
