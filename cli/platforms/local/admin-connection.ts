import { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from 'pg'
import { interruption } from '../../errors/interruption.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { databaseFailure } from './database-failure.ts'
import { parseDatabaseUrl } from './database-url.ts'

const connectMilliseconds = 5_000
const queryMilliseconds = 30_000
const goodbyeMilliseconds = 1_000

const newClient = async (url: string, socket: Socket): Promise<Client> => {
  const { default: pg } = await import('pg')
  return new pg.Client({
    connectionString: url,
    stream: () => socket,
    application_name: 'shopctl',
    connectionTimeoutMillis: connectMilliseconds,
    query_timeout: queryMilliseconds,
  })
}

/**
 * One connection for some work with a server. Throws DATABASE_UNREACHABLE, DATABASE_LOGIN_REFUSED,
 * DATABASE_RIGHTS_MISSING or DATABASE_REFUSED (all refused) in the server's own words, or the interruption.
 */
export const withConnection = async <Answer>(
  url: string,
  signal: AbortSignal,
  work: (client: Client) => Promise<Answer>,
): Promise<Answer> => {
  if (signal.aborted) throw interruption(signal, 'connecting to the database')
  const { url: parsed, port, password } = parseDatabaseUrl(url)
  const socket = new Socket()
  const client = await newClient(url, socket)
  // Without a listener a connection that is lost while idle would end this process.
  client.on('error', () => undefined)
  const aborted = Promise.withResolvers<never>()
  // An end() while the client connects would wait for ever, for an answer and for the deadline too.
  const abort = () => aborted.reject(interruption(signal, 'talking to the database'))
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([aborted.promise, client.connect().then(() => work(client))])
  } catch (error) {
    socket.destroy()
    if (error instanceof ShopctlError) throw error
    const place = `${parsed.hostname}:${port}`
    throw databaseFailure(error, { place, password, fix: [`pg_isready -h ${parsed.hostname} -p ${port}`] })
  } finally {
    signal.removeEventListener('abort', abort)
    if (!socket.destroyed) await Promise.race([client.end(), pause(goodbyeMilliseconds, undefined, { ref: false })])
    socket.destroy()
  }
}
