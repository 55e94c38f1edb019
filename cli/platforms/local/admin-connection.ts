import type { Client } from 'pg'
import { interruption } from '../../errors/interruption.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { databaseFailure } from './database-failure.ts'
import { parseDatabaseUrl } from './database-url.ts'

const connectMilliseconds = 5_000
const queryMilliseconds = 30_000

const newClient = async (url: string): Promise<Client> => {
  const { default: pg } = await import('pg')
  return new pg.Client({
    connectionString: url,
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
  const client = await newClient(url)
  const close = () => void client.end().catch(() => undefined)
  // Without a listener a connection that is lost while idle would end this process.
  client.on('error', () => undefined)
  signal.addEventListener('abort', close, { once: true })
  try {
    await client.connect()
    return await work(client)
  } catch (error) {
    if (signal.aborted) throw interruption(signal, 'talking to the database')
    if (error instanceof ShopctlError) throw error
    const place = `${parsed.hostname}:${port}`
    throw databaseFailure(error, { place, password, fix: [`pg_isready -h ${parsed.hostname} -p ${port}`] })
  } finally {
    signal.removeEventListener('abort', close)
    close()
  }
}
