import { existsSync, readFileSync } from 'node:fs'
import { getCACertificates } from 'node:tls'
import pg from 'pg'
import type { DatabaseSecret } from './secret-values.ts'

/** The authorities of RDS; Lambda puts them there, and Node 20 and later do not look by themselves. */
const lambdaAuthorities = '/var/runtime/ca-cert.pem'

export type Login = { readonly username: string; readonly password: string; readonly dbname: string }

/** Never without encryption because the server has none: a password that travels is given to whoever answers. */
const encryption = ({ sslmode }: DatabaseSecret): pg.ClientConfig['ssl'] => {
  if (sslmode === 'disable') return false
  const more = existsSync(lambdaAuthorities) ? [readFileSync(lambdaAuthorities, 'utf8')] : []
  return { ca: [...getCACertificates('default'), ...more], rejectUnauthorized: true }
}

/** Does something as somebody, and closes the connection whatever happens. Every wait ends before Lambda's does. */
export const asLogin = async <Value>(
  secret: DatabaseSecret,
  { username, password, dbname }: Login,
  act: (client: pg.Client) => Promise<Value>,
): Promise<Value> => {
  const client = new pg.Client({
    host: secret.host,
    port: secret.port,
    user: username,
    password,
    database: dbname,
    ssl: encryption(secret),
    application_name: 'shop-rotation',
    connectionTimeoutMillis: 5_000,
    statement_timeout: 10_000,
    lock_timeout: 10_000,
    query_timeout: 12_000,
  })
  // A connection that breaks tells the statement in flight; unheard it would end the process.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await act(client)
  } finally {
    await client.end().catch(() => undefined)
  }
}
