import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { selectorLabels } from '../../../manifests/labels.ts'
import { workload } from '../../../manifests/workload.ts'
import { type ServiceName, serviceNames } from '../../../services/registry.ts'
import type { KubeClient } from './kube-client.ts'
import { publicPath } from './public-path.ts'
import { openTunnel, type Tunnel } from './tunnel.ts'

type DoorRequest = {
  readonly client: KubeClient
  readonly namespace: string
  readonly localPort: number
  readonly signal: AbortSignal
}

const problem = (response: ServerResponse, status: number, title: string): void => {
  response.writeHead(status, { 'content-type': 'application/problem+json' })
  response.end(JSON.stringify({ status, title, code: status === 404 ? 'not-found' : 'service-unavailable' }))
}

const passOn = (incoming: IncomingMessage, response: ServerResponse, to: { port: number; path: string }): void => {
  const { method, headers } = incoming
  const outgoing = ask({ host: '127.0.0.1', ...to, method, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
    answer.on('error', () => response.destroy())
  })
  outgoing.on('error', () => (response.headersSent ? response.destroy() : problem(response, 503, 'No pod answers.')))
  response.on('close', () => outgoing.destroy())
  incoming.pipe(outgoing)
}

/** What a load balancer made for the Ingress does, on a port of this machine: for a cluster that makes none. */
export const openStandInDoor = async ({ localPort, ...place }: DoorRequest): Promise<Tunnel> => {
  const tunnels = new Map<ServiceName, Tunnel>()
  const closeTunnels = () => Promise.all([...tunnels.values()].map((tunnel) => tunnel.close()))
  for (const service of serviceNames) {
    const target = { selector: selectorLabels(service, 'server'), port: workload(service).port }
    tunnels.set(service, await openTunnel({ ...place, ...target, localPort: 0 }))
  }
  const server = createServer((incoming, response) => {
    const target = publicPath(incoming.url ?? '')
    const tunnel = target === null ? undefined : tunnels.get(target.service)
    if (target === null || tunnel === undefined) problem(response, 404, 'No service answers this path.')
    else passOn(incoming, response, { port: tunnel.port, path: target.target })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port: localPort, host: '127.0.0.1' }, resolve)
  }).catch(async (error: unknown) => {
    await closeTunnels()
    throw error
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : localPort
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections()
      await Promise.all([new Promise((resolve) => server.close(resolve)), closeTunnels()])
    },
  }
}
