import { createServer } from 'node:http'
import { listen } from './http-server.ts'
import type { Metrics } from './metrics.ts'

/** Metrics have a port of their own, which no entry point routes to. */
export async function serveMetrics(
  metrics: Metrics,
  address: { readonly host: string; readonly port: number },
): Promise<{ readonly port: number; close(): Promise<void> }> {
  metrics.watchProcess()
  const server = createServer(async (incoming, outgoing) => {
    if (incoming.url !== '/metrics') {
      outgoing.writeHead(404).end()
      return
    }
    outgoing.writeHead(200, { 'Content-Type': metrics.registry.contentType }).end(await metrics.registry.metrics())
  })
  const port = await listen(server, address)
  return {
    port,
    async close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
