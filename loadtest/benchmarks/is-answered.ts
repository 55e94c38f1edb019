import { connect } from 'node:net'

/** Whether a path is answered with 200. Cheaper than fetch, which would cost the process under test its share of this machine. */
export const isAnswered = (port: number, path: string): Promise<boolean> => {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect({ host: '127.0.0.1', port })
  socket.on('connect', () => socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`))
  socket.on('data', (bytes) => resolve(bytes.toString('latin1').startsWith('HTTP/1.1 200')))
  socket.on('error', () => resolve(false))
  socket.on('close', () => resolve(false))
  return promise.finally(() => socket.destroy())
}
