import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Agent, request as httpsRequest } from 'node:https'
import { parse } from 'yaml'
import { z } from 'zod'
import { clusterVariables } from './test-cluster.ts'

const kubeconfigSchema = z.object({
  clusters: z.tuple([
    z.object({ cluster: z.object({ server: z.string(), 'certificate-authority-data': z.string() }) }),
  ]),
})

const expired = {
  type: 'ERROR',
  object: {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'The resourceVersion for the provided watch is too old.',
    reason: 'Expired',
    code: 410,
  },
}

export type ForgetfulServer = {
  readonly url: string
  /** How many watches were told that their version is gone. */
  expired(): number
  close(): Promise<void>
}

/**
 * The real API server behind one that speaks no TLS, so that it can answer for it: every other watch is told that its
 * version was compacted away, as an API server says it. Everything else goes through, with the caller's own token.
 */
export const openForgetfulServer = async (): Promise<ForgetfulServer> => {
  const { clusters } = kubeconfigSchema.parse(parse(await readFile(clusterVariables.KUBECONFIG ?? '', 'utf8')))
  const { server: address, 'certificate-authority-data': authority } = clusters[0].cluster
  const agent = new Agent({ keepAlive: true, ca: Buffer.from(authority, 'base64') })
  let watches = 0

  const pass = (asked: IncomingMessage) =>
    httpsRequest(new URL(asked.url ?? '/', address), { method: asked.method, headers: asked.headers, agent })

  const answer = (asked: IncomingMessage, response: ServerResponse) => {
    if (asked.url?.includes('watch=true')) {
      watches += 1
      if (watches % 2 === 1) {
        response.writeHead(200, { 'content-type': 'application/json' }).end(`${JSON.stringify(expired)}\n`)
        return
      }
    }
    const passed = pass(asked)
    passed.on('response', (answered) => {
      response.writeHead(answered.statusCode ?? 502, answered.headers)
      answered.pipe(response)
    })
    passed.on('error', () => response.destroy())
    response.on('close', () => passed.destroy())
    asked.pipe(passed)
  }
  const server = createServer(answer)
  server.on('upgrade', (asked, near, head) => {
    const passed = pass(asked)
    passed.on('upgrade', (answered, far, rest) => {
      const headers = answered.rawHeaders.flatMap((word, index, all) =>
        index % 2 === 0 ? [`${word}: ${all[index + 1]}`] : [],
      )
      near.write(`HTTP/1.1 101 Switching Protocols\r\n${headers.join('\r\n')}\r\n\r\n`)
      near.write(rest)
      far.write(head)
      for (const socket of [near, far]) socket.on('error', () => undefined)
      near.pipe(far).pipe(near)
    })
    passed.on('error', () => near.destroy())
    passed.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  if (typeof bound !== 'object' || bound === null) throw new Error('it listens nowhere')
  return {
    url: `http://127.0.0.1:${bound.port}`,
    expired: () => Math.ceil(watches / 2),
    async close() {
      server.closeAllConnections()
      agent.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
