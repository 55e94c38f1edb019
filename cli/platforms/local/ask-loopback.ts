import { request } from 'node:http'

export type Asked = {
  readonly port: number
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly seconds: number
}

export type Answer = { readonly status: number; readonly body: string }

/**
 * One request to a program of ours on this machine, on a connection of its own. `fetch` would do it too, but loading
 * it takes longer than everything else that `status` does. Rejects with the system's error, or with the signal's.
 */
export const askLoopback = (asked: Asked, signal: AbortSignal): Promise<Answer> => {
  const { port, method, path, headers, seconds } = asked
  const deadline = AbortSignal.timeout(seconds * 1000)
  const either = AbortSignal.any([signal, deadline])
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => reject(deadline.aborted ? new Error(`no answer within ${seconds} s`) : error)
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: false, signal: either }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts).toString('utf8') }))
      answer.on('error', failed)
    })
    sent.on('error', failed)
    sent.end()
  })
}
