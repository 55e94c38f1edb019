import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { z } from 'zod'

export type CountingRegistry = {
  readonly host: string
  /** Requests since the last `forget` that send something. */
  writes(): number
  forget(): void
  close(): Promise<void>
}

const addressSchema = z.object({ port: z.int() })
const reading: ReadonlySet<string> = new Set(['GET', 'HEAD'])

/** A way to a registry that counts what is sent on it. */
export const startCountingRegistry = async (upstream: string): Promise<CountingRegistry> => {
  const { host } = new URL(`http://${upstream}`)
  let writes = 0
  const server = createServer((incoming, outgoing) => {
    const { method = 'GET', url: path, headers } = incoming
    if (!reading.has(method)) writes += 1
    // The host stays as it was asked for: by it the registry says where an upload goes on.
    const passed = request(`http://${host}${path}`, { method, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    passed.on('error', () => outgoing.destroy())
    incoming.pipe(passed)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = addressSchema.parse(server.address())
  return {
    host: `localhost:${port}`,
    writes: () => writes,
    forget: () => {
      writes = 0
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
