import { chmod, chown, copyFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import pg from 'pg'

export type RdsForTests = {
  readonly host: string
  readonly port: number
  readonly master: { readonly username: string; readonly password: string }
  /** As the superuser, whom RDS gives to nobody. */
  ask(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>
  /** The first row as that login; throws what pg throws. */
  logIn(login: { username: string; password: string; dbname: string }, sql: string): Promise<unknown>
  /** From now on it also speaks TLS, with this certificate and its key (PEM files). */
  encrypt(files: { readonly certificate: string; readonly key: string }): Promise<void>
  stop(): Promise<void>
}

type Server = { readonly url: string; stop(): Promise<void> }

/** Passwords are asked for, and the master is no superuser: it may make roles and databases and nothing else. */
const rules = 'host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n'

/** A PostgreSQL as RDS leaves it after `infra up`: with a master, and without anything of ours. */
export const rdsForTests = async (server: Server): Promise<RdsForTests> => {
  const { hostname: host, port: portText } = new URL(server.url)
  const port = Number(portText)
  const master = { username: 'shop_master', password: 'Master-canary-4711' }

  const connected = async (config: pg.ClientConfig, sql: string) => {
    const client = new pg.Client({ ...config, connectionTimeoutMillis: 5_000 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      const answer = await client.query<Record<string, unknown>>(sql)
      return answer.rows
    } finally {
      await client.end().catch(() => undefined)
    }
  }
  const ask = (sql: string) => connected({ connectionString: server.url }, sql)

  const [file] = await ask('show hba_file')
  await writeFile(String(file?.hba_file), rules)
  await ask('select pg_reload_conf()')
  await ask(`create role ${master.username} login createrole createdb password '${master.password}'`)

  return {
    host,
    port,
    master,
    ask,
    async logIn({ username, password, dbname }, sql) {
      const [row] = await connected({ host, port, user: username, password, database: dbname }, sql)
      return row
    },
    async encrypt({ certificate, key }) {
      const [place] = await ask('show hba_file')
      const folder = dirname(String(place?.hba_file))
      const { uid, gid } = await stat(folder)
      for (const [from, name] of [
        [certificate, 'server.crt'],
        [key, 'server.key'],
      ] as const) {
        await copyFile(from, join(folder, name))
        await chown(join(folder, name), uid, gid)
        await chmod(join(folder, name), 0o600)
      }
      await ask('alter system set ssl = on')
      await ask('select pg_reload_conf()')
    },
    stop: () => server.stop(),
  }
}
