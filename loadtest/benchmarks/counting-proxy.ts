import { createServer, connect as openSocket, type Socket } from 'node:net'

export type CountingProxy = {
  /** What to give out as the registry. */
  readonly host: string
  /** Bytes sent towards the registry since the last time that they were taken, heads of requests with them. */
  takeBytes(): number
  close(): Promise<void>
}

/** Stands before a registry that speaks plain HTTP and counts what is sent to it. */
export const countBytesTo = async (registry: string): Promise<CountingProxy> => {
  const { hostname, port } = new URL(`http://${registry}`)
  const sockets = new Set<Socket>()
  let bytes = 0
  const server = createServer((client) => {
    const onwards = openSocket({ host: hostname, port: Number(port) })
    for (const socket of [client, onwards]) {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
      socket.on('error', () => {
        client.destroy()
        onwards.destroy()
      })
    }
    client.on('data', (chunk) => {
      bytes += chunk.length
    })
    client.pipe(onwards)
    onwards.pipe(client)
  })
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>()
  server.on('error', reject)
  server.listen(0, '127.0.0.1', resolve)
  await listening
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  return {
    host: `localhost:${address.port}`,
    takeBytes() {
      const taken = bytes
      bytes = 0
      return taken
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((closed) => server.close(() => closed()))
    },
  }
}
