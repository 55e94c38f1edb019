import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

const defaultPort = 6379
const patienceMilliseconds = 2_000

/** One command as Redis takes it: the number of words, then each with its length in bytes. */
const command = (...words: string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`

const login = (url: URL): string[] => {
  const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)]
  if (password === '') return []
  return [user === '' ? command('AUTH', password) : command('AUTH', user, password)]
}

const open = (url: URL): Socket => {
  const place = { host: url.hostname, port: Number(url.port) || defaultPort }
  return url.protocol === 'rediss:' ? connectTls({ ...place, servername: url.hostname }) : connect(place)
}

export type Ping =
  | { readonly answer: 'pong' }
  /** The server spoke and said no. */
  | { readonly answer: 'refused'; readonly words: string }
  | { readonly answer: 'unreachable'; readonly words: string }

const wordsOf = (error: Error): string =>
  error instanceof AggregateError ? error.errors.map((each: Error) => each.message).join('; ') : error.message

/** Logs in and asks a server whether it is there, within two seconds. A Redis client would cost more than the answer. */
export const pingRedis = (url: URL): Promise<Ping> =>
  new Promise((resolve) => {
    const socket = open(url)
    const tell = (ping: Ping) => {
      clearTimeout(patience)
      socket.destroy()
      resolve(ping)
    }
    const silent = { answer: 'unreachable', words: `no answer within ${patienceMilliseconds} ms` } as const
    const patience = setTimeout(() => tell(silent), patienceMilliseconds)
    let text = ''
    socket.on('error', (error: Error) => tell({ answer: 'unreachable', words: wordsOf(error) }))
    socket.on('close', () => tell({ answer: 'unreachable', words: 'the connection was closed' }))
    socket.on('data', (chunk) => {
      text += chunk.toString('utf8')
      const refusal = text.match(/^-(.*)\r\n/m)?.[1]
      if (refusal !== undefined) tell({ answer: 'refused', words: refusal })
      else if (text.includes('+PONG\r\n')) tell({ answer: 'pong' })
    })
    socket.write([...login(url), command('PING')].join(''))
  })
