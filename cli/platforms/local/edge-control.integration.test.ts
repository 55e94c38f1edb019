import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { edgeControl } from './edge-control.ts'
import { freePort } from './ports.ts'
import { waitUntil } from './wait-until.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

/** An edge's control port that others may share, as while one edge replaces another. */
const startEdge = async (port: number, pid: number): Promise<void> => {
  const status = { generation: 1, release: 1, pid, version: 'test', in_flight: {} }
  const server = createServer((_request, response) => response.end(JSON.stringify(status)))
  servers.push(server)
  server.listen({ host: '127.0.0.1', port, reusePort: true })
  await once(server, 'listening')
}

const signal = new AbortController().signal
const waiting = { signal, deadlineSeconds: 10, everyMilliseconds: 5, doing: 'waiting for the new edge' }

// The system spreads connections over both, so one try could pass by chance.
test.runIf(process.platform === 'linux').each([1, 2, 3, 4, 5])(
  'who has spoken with the edge before hears the one that replaces it (try %i)',
  async () => {
    const port = await freePort()
    const control = edgeControl({ port, token: 'token' })
    await startEdge(port, 1)
    expect((await control.status(signal))?.pid).toBe(1)
    await startEdge(port, 2)
    const replaced = async () => ((await control.status(signal))?.pid === 2 ? 'heard' : null)
    expect(await waitUntil(replaced, waiting)).toBe('heard')
  },
)
