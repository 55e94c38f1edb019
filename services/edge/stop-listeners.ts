import type { Server } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Listener } from './listener.ts'
import { quietTurn } from './quiet-turn.ts'
import type { Timeouts } from './timeouts.ts'

/**
 * Closes listeners without cutting anyone off. Before this is called every answer must say `Connection: close`.
 * First clients that talk all the time are led away by that word while the listeners are still open, then the
 * listeners and the connections that stayed idle close, then what is in flight ends. Resolves to whether all ended.
 */
export async function stopListeners(listeners: readonly Listener[], timeouts: Timeouts): Promise<boolean> {
  const servers = listeners.map((listener) => listener.server)
  const farewellEnds = performance.now() + timeouts.farewellMilliseconds
  while (performance.now() < farewellEnds && (await anyConnections(servers))) await delay(20)

  await quietTurn({ withinMilliseconds: 100 })
  // Closing also ends idle connections: nothing waits on them unread in a quiet turn.
  const closed = Promise.all(servers.map((server) => closeServer(server))).then(() => true)
  const deadline = AbortSignal.timeout(timeouts.drainMilliseconds)
  const late = new Promise<boolean>((resolve) => {
    deadline.addEventListener('abort', () => resolve(false))
  })
  const inTime = await Promise.race([closed, late])
  if (!inTime) for (const server of servers) server.closeAllConnections()
  return inTime
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}

async function anyConnections(servers: readonly Server[]): Promise<boolean> {
  const counts = await Promise.all(servers.map(countConnections))
  return counts.some((count) => count > 0)
}

function countConnections(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.getConnections((error, count) => resolve(error === null ? count : 0))
  })
}
