import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPostgresServer } from '../../services/kit/testing/postgres-server.ts'
import { type Canary, canariesIn, plantCanary } from './canary.ts'
import { type Guarded, guardPostgres, startGuardedRedis } from './guarded-servers.ts'
import { type ProcessWatch, watchProcesses } from './process-watch.ts'
import type { CommandOptions, CommandResult } from './running-command.ts'
import { createShop, type Shop } from './shop.ts'
import { walkFiles } from './walk-files.ts'

const planted = {
  database: plantCanary('the password of DATABASE_URL'),
  redis: plantCanary('the password of REDIS_URL'),
  users: plantCanary('CANARY_PASSWORD of users'),
  url: plantCanary('the password in a URL of orders'),
  everybody: plantCanary('CANARY_TOKEN of every service'),
  later: plantCanary('CANARY_TOKEN after it was changed'),
  wrong: plantCanary('a password that is refused'),
}
const everything: readonly Canary[] = Object.values(planted)

let shop: Shop
let postgres: Guarded
let redis: Guarded | null
let processes: ProcessWatch
let outside: Readonly<Record<string, string>>
/** The file that all results are kept in, to be searched at the end. */
const results: { readonly words: string; readonly text: string }[] = []

const env = ['--env', 'local'] as const

/** Runs a command and shows that no secret is in anything that it says. */
const run = async (words: readonly string[], options: CommandOptions = {}): Promise<CommandResult> => {
  const result = await shop.run(words, { ...options, env: { ...outside, ...options.env } })
  const text = `${result.stdout}\n${result.stderr}`
  results.push({ words: words.join(' '), text })
  expect(canariesIn(text, everything), text).toEqual([])
  return result
}

const settingsOf = (token: Canary) => `# planted by a test
users.CANARY_PASSWORD=${planted.users.secret}
orders.CANARY_DATABASE_URL=postgres://canary:${encodeURIComponent(planted.url.secret)}@db.example/orders
CANARY_TOKEN=${token.secret}
`

const writeSettings = async (text: string): Promise<void> => {
  const file = shop.statePath('settings.env')
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text, { mode: 0o600 })
}

/** A service that says all that it knows before it dies, in several ways of writing. */
const blab = `import { readFileSync } from 'node:fs'
// What is secret first: a screen shows the beginning of a line.
const settings = Object.entries(process.env).toSorted(([a], [b]) => Number(b.endsWith('_FILE')) - Number(a.endsWith('_FILE')))
const known = settings.map(([name, value]) =>
  name.endsWith('_FILE') ? name + ' ' + readFileSync(String(value), 'utf8') : name + '=' + value)
process.stdout.write(known.join('\\n') + '\\n')
process.stdout.write(JSON.stringify({ level: 'FATAL', message: 'settings', timestamp: '', known }) + '\\n')
process.stderr.write(Buffer.from('settings: ' + known.join(' ')).toString('base64') + '\\n')
throw new Error('cannot start with ' + known.join(' '))
`

const blabbingMigration = `import { readFileSync as read } from 'node:fs'
const files = Object.entries(process.env).flatMap(([name, file]) => (name.endsWith('_FILE') ? [String(file)] : []))
if (process.argv[2] === 'migrate') throw new Error('cannot migrate with ' + files.map((file) => read(file, 'utf8')).join(' '))
`

beforeAll(async () => {
  shop = await createShop()
  const server = await startPostgresServer()
  postgres = { ...server, url: await guardPostgres(server.url, planted.database.secret) }
  redis = await startGuardedRedis(planted.redis.secret)
  outside = { DATABASE_URL: postgres.url, ...(redis === null ? {} : { REDIS_URL: redis.url }) }
  await writeSettings(settingsOf(planted.everybody))
  processes = watchProcesses()
})
afterAll(async () => {
  processes.stop()
  await shop.close()
  await redis?.stop()
  await postgres.stop()
})

test('the servers do ask for their passwords', async () => {
  for (const [name, url] of Object.entries(outside)) {
    const wrong = new URL(url)
    wrong.password = encodeURIComponent(planted.wrong.secret)
    const refused = await run(['deploy', ...env, '--port', String(shop.port)], { env: { [name]: wrong.href } })
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('_LOGIN_REFUSED: ') })
  }
  const unreachable = { DATABASE_URL: `postgres://canary:${encodeURIComponent(planted.wrong.secret)}@127.0.0.1:1/x` }
  expect(await run(['deploy', ...env], { env: unreachable })).toMatchObject({ code: 3 })
  const noUrl = { DATABASE_URL: `postgres://canary:${planted.wrong.secret}@127.0.0.1:1/x` }
  expect(await run(['deploy', ...env], { env: noUrl })).toMatchObject({ code: 3 })
})

test('a deploy tells no secret, on its streams and in its events', async () => {
  const port = ['--port', String(shop.port)]
  const deployed = await run(['deploy', ...env, ...port, '--events', 'first.jsonl'])
  expect(deployed.code, deployed.stderr).toBe(0)
  expect(await run(['deploy', ...env, '--json', '--events', '-'])).toMatchObject({ code: 0 })
})

test('a service that throws its own settings into its log tells nobody', async () => {
  const mend = await shop.edit('services/orders/main.ts', (text) => `${blab}${text}`)
  const failed = await run(['deploy', ...env, '--events', 'failed.jsonl'])
  expect(failed.code).toBe(4)
  expect(failed.stderr).toContain('orders said: ')
  expect(failed.stderr).toContain('[redacted]')
  expect(await run(['deploy', ...env, '--force', '--json', '--events', '-'])).toMatchObject({ code: 4 })
  expect(await run(['deploy', ...env, '--force'], { tty: { columns: 100 } })).toMatchObject({ code: 4 })
  await mend()
  // The canary is in the log that the service wrote, or this file would prove nothing.
  const logs = await walkFiles(shop.statePath('logs'), [])
  expect(canariesIn(logs.map(({ text }) => text).join(''), everything)).toEqual(
    expect.arrayContaining([planted.url.name, planted.everybody.name]),
  )
  const shown = await run(['logs', 'orders', ...env, '--release', '2', '--tail', '1000'])
  expect(shown.stdout).toContain('CANARY_TOKEN')
})

test('a migration that throws its settings tells nobody', async () => {
  const mend = await shop.edit('services/catalog/migrations/0001-catalog.ts', (text) => `${blabbingMigration}${text}`)
  const failed = await run(['deploy', ...env, '--json'])
  await mend()
  expect(failed).toMatchObject({ code: 4, stdout: expect.stringContaining('cannot migrate with [redacted]') })
})

describe.each([
  ['with the settings of then', async () => undefined],
  // What a release was given stays in its log after somebody changed the setting, as after a leak.
  ['after a secret was changed', async () => writeSettings(settingsOf(planted.later))],
])('%s', (_, change) => {
  beforeAll(change)

  test.each([
    'status',
    'status --json',
    'history',
    'history --json',
    'history show 1 --json',
    'history show 2',
    'history show 2 --json',
    'history show 5',
    'logs',
    'logs --json --tail 1000',
    'logs orders --release 2 --tail 1000',
    'logs orders --release 2 --tail 1000 --raw',
    'logs orders --release 3 --previous --json --tail 1000',
    'logs edge',
    'logs catalog --raw',
    'diff',
    'diff --json',
    'lock show --json',
    'rollback --dry-run --to 1',
    'rollback --to 2 --yes',
    'deploy --dry-run --json',
  ])('%s', async (words) => {
    await run([...words.split(' '), ...env])
  })
})

test('doctor, which looks at the same variables, tells nothing', async () => {
  expect((await run(['doctor', '--port', String(shop.port)])).stdout).toContain('FOUND')
  expect((await run(['doctor', '--json'])).stdout).toContain('findings')
})

test('a changed secret goes out with a release, and a rollback gets the old one back, without a word', async () => {
  expect(await run(['deploy', ...env])).toMatchObject({ code: 0 })
  expect(await run(['rollback', ...env, '--yes', '--json'])).toMatchObject({ code: 0 })
})

test('a line of settings.env that is none is not repeated, and a refused value neither', async () => {
  await writeSettings(`${settingsOf(planted.later)}nothing like ${planted.wrong.secret}\n`)
  expect(await run(['deploy', ...env])).toMatchObject({ code: 3, stderr: expect.stringContaining('Line 5 of ') })
  await writeSettings(`${settingsOf(planted.later)}users.DATABASE_POOL=${planted.wrong.secret}\n`)
  const refused = await run(['deploy', ...env, '--force'])
  expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining('DATABASE_POOL') })
  await writeSettings(settingsOf(planted.later))
})

test('no process list held a secret, nor the environment of a service', () => {
  expect(processes.environments.size).toBeGreaterThan(3)
  expect([...processes.commandLines].filter((words) => canariesIn(words, everything).length > 0)).toEqual([])
  expect([...processes.environments].filter((text) => canariesIn(text, everything).length > 0)).toEqual([])
})

test('on disk secrets are in files of their owner only, and never in records, events or bundles', async () => {
  const files = await walkFiles(join(shop.root, '.shopctl'), [])
  const holding = files.filter(({ text }) => canariesIn(text, everything).length > 0)
  expect(holding.length).toBeGreaterThan(0)
  expect(holding.filter(({ mode }) => mode !== 0o600)).toEqual([])
  const places = new Set(holding.map(({ path }) => path.split('/').slice(0, 2).join('/')))
  expect([...places].filter((place) => !/^local\/(settings|secrets|logs|settings\.env)$/.test(place))).toEqual([])
  for (const name of ['foundations.json', 'edge-control-token']) {
    expect((await stat(shop.statePath('secrets', name))).mode & 0o777).toBe(0o600)
  }
  expect((await stat(shop.statePath('routes.json'))).mode & 0o777).toBe(0o600)
  for (const events of ['first.jsonl', 'failed.jsonl']) {
    expect(canariesIn(await readFile(join(shop.root, events), 'utf8'), everything)).toEqual([])
  }
})

test('what shopctl made itself (keys, tokens, passwords of the databases) was never said', async () => {
  const made = await walkFiles(shop.statePath('secrets'), [])
  const values = made.flatMap(({ path, text }) => (path === 'foundations.json' ? [] : [text.trim()]))
  expect(values.length).toBeGreaterThan(6)
  const { cursorKey } = JSON.parse(await readFile(shop.statePath('secrets', 'foundations.json'), 'utf8'))
  for (const { words, text } of results) {
    const said = [...values, cursorKey].filter((value) => text.includes(value))
    expect(said, `${words}: ${text}`).toEqual([])
  }
})
