import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { freePort } from './free-port.ts'

/**
 * `open`: everything passes. `hangs`: connections are taken and nothing is ever said. `resets`: they are broken off. A
 * text is said to whoever connects (`at: 'connect'`), or once a request has begun, and then it is over.
 */
export type GateMood = 'open' | 'hangs' | 'resets' | { readonly says: string; readonly at: 'connect' | 'request' }

/** A port in front of any other, at which a peer can be away or at fault whatever it is. */
export type Gate = {
  /** The target's address with this port in place of its own. */
  readonly url: string
  /** Connections that were open before are broken off. */
  be(mood: GateMood): void
  /** Of those that are open now. */
  connections(): number
  /** How many have come so far. */
  arrivals(): number
  close(): Promise<void>
}

export async function startGate(target: string): Promise<Gate> {
  const url = new URL(target)
  const { port } = url
  url.port = String(await freePort())
  const open = new Set<Socket>()
  let mood: GateMood = 'open'
  let arrivals = 0
  const server = createServer((near) => {
    arrivals += 1
    open.add(near)
    near.on('close', () => open.delete(near)).on('error', () => near.destroy())
    if (mood === 'open') return forward(near, Number(port))
    if (mood === 'resets') return void near.resetAndDestroy()
    if (mood === 'hangs') return void near.resume()
    const { says, at } = mood
    if (at === 'connect') near.resume().end(says)
    else near.once('data', () => near.end(says))
  })
  server.listen(Number(url.port), '127.0.0.1')
  await once(server, 'listening')
  const breakOff = () => {
    for (const socket of open) socket.resetAndDestroy()
  }
  return {
    url: url.href.replace(/\/$/, ''),
    be(next) {
      mood = next
      breakOff()
    },
    connections: () => open.size,
    arrivals: () => arrivals,
    async close() {
      breakOff()
      server.close()
      await once(server, 'close')
    },
  }
}

function forward(near: Socket, port: number): void {
  const far = connect(port, '127.0.0.1')
  far.on('error', () => near.destroy()).on('close', () => near.destroy())
  near.on('close', () => far.destroy())
  near.pipe(far).pipe(near)
}
