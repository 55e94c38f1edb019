import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { findProgram } from '../platforms/local/find-program.ts'
import { freePort, loopback } from '../platforms/local/ports.ts'
import { pingRedis } from '../platforms/local/redis-ping.ts'
import { waitUntil } from '../platforms/local/wait-until.ts'

export type Guarded = { readonly url: string; stop(): Promise<void> }

/** Makes a PostgreSQL ask for this password from now on. Answers the address with it. */
export const guardPostgres = async (url: string, password: string): Promise<string> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`alter role postgres password ${client.escapeLiteral(password)}`)
    const { rows } = await client.query<{ hba_file: string }>('show hba_file')
    await writeFile(rows[0]?.hba_file ?? '', 'host all all 127.0.0.1/32 scram-sha-256\n')
    await client.query('select pg_reload_conf()')
  } finally {
    await client.end()
  }
  const guarded = new URL(url)
  guarded.password = encodeURIComponent(password)
  return guarded.href
}

const configuration = (port: number, { directory, password }: { directory: string; password: string }) =>
  [
    `port ${port}`,
    `bind ${loopback}`,
    `dir ${JSON.stringify(directory)}`,
    'save ""',
    `requirepass ${JSON.stringify(password)}`,
  ].join('\n')

/** A Redis that asks for this password, or null where no redis-server is on PATH. */
export const startGuardedRedis = async (password: string): Promise<Guarded | null> => {
  const program = await findProgram('redis-server', process.env.PATH)
  if (program === null) return null
  const directory = await mkdtemp(join(tmpdir(), 'shopctl-e2e-redis-'))
  const port = await freePort()
  const file = join(directory, 'redis.conf')
  await writeFile(file, configuration(port, { directory, password }), { mode: 0o600 })
  const server = spawn(program, [file], { stdio: 'ignore' })
  const url = `redis://:${encodeURIComponent(password)}@${loopback}:${port}`
  const answers = async () => ((await pingRedis(new URL(url))).answer === 'pong' ? true : null)
  const wait = { signal: AbortSignal.timeout(10_000), deadlineSeconds: 10, everyMilliseconds: 20, doing: 'redis' }
  await waitUntil(answers, wait)
  return {
    url,
    async stop() {
      const gone = once(server, 'exit')
      server.kill('SIGTERM')
      await gone
      await rm(directory, { recursive: true, force: true })
    },
  }
}
