import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'

export type TestUpstream = {
  readonly url: string
  readonly server: Server
  /** Every request that arrived, in order. */
  readonly requests: IncomingMessage[]
  openConnections(): Promise<number>
  close(): Promise<void>
}

/** A service that does what the test says, and remembers what it was asked. */
export async function startTestUpstream(listener: RequestListener): Promise<TestUpstream> {
  const requests: IncomingMessage[] = []
  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    requests.push(request)
    listener(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  return {
    url: `http://127.0.0.1:${address.port}`,
    server,
    requests,
    openConnections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
      }),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

/** Answers every request with its own view of it. */
export function echo(name: string): RequestListener {
  return (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const { method, url, headers } = request
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ name, method, url, headers, body }))
    })
  }
}
