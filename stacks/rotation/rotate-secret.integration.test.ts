import { execFileSync, spawnSync } from 'node:child_process'
import { randomInt, randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { wantedSecrets } from '../../cli/infrastructure/secrets/first-values.ts'
import { secretPlaces } from '../../cli/infrastructure/secrets/secret-places.ts'
import { awsSecrets } from '../../cli/platforms/kubernetes/aws-secret-values.ts'
import { startPostgresServer } from '../../services/kit/testing/postgres-server.ts'
import { asLogin } from './connect.ts'
import { handler } from './rotate-secret.ts'
import { parseDatabaseSecret, parseSigningKeys } from './secret-values.ts'
import { type RdsForTests, rdsForTests } from './testing/rds-for-tests.ts'

const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const
type Step = (typeof steps)[number]

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
const endpoint = process.env.AWS_ENDPOINT_URL
const title = `the rotation function${endpoint ? '' : ' (AWS_ENDPOINT_URL names no emulator)'}`

describe.skipIf(!endpoint)(title, () => {
  const kept = { ...process.env }
  let client: SecretsManagerClient
  let rds: RdsForTests
  let masterArn = ''

  const create = async (name: string, value: unknown): Promise<string> => {
    const SecretString = typeof value === 'string' ? value : JSON.stringify(value)
    const made = await client.send(new CreateSecretCommand({ Name: `shop/${randomUUID()}/${name}`, SecretString }))
    return String(made.ARN)
  }
  const textOf = async (secret: string, stage = 'AWSCURRENT'): Promise<string> => {
    const answer = await client.send(new GetSecretValueCommand({ SecretId: secret, VersionStage: stage }))
    return String(answer.SecretString)
  }
  const current = async (secret: string) => parseDatabaseSecret(await textOf(secret))
  const run = (secret: string, token: string, ...wanted: readonly Step[]) =>
    wanted.reduce(
      (before, Step) => before.then(() => handler({ SecretId: secret, ClientRequestToken: token, Step })),
      Promise.resolve(),
    )
  const rotate = (secret: string) => run(secret, randomUUID(), ...steps)
  /** What `infra up` puts there: an address, and a login that nobody has made yet. */
  const database = (dbname: string, more: Readonly<Record<string, unknown>> = {}) =>
    create(`database-${dbname}`, {
      engine: 'postgres',
      host: rds.host,
      port: rds.port,
      dbname,
      username: `${dbname}_app_a`,
      password: 'Nobody-has-this-1',
      migration_username: `${dbname}_owner_a`,
      migration_password: 'Nobody-has-this-2',
      masterarn: masterArn,
      sslmode: 'disable',
      ...more,
    })
  const whoAmI = 'select current_user::text as acts_as, session_user::text as logged_in'
  const migrator = ({ dbname, migration_username, migration_password }: Awaited<ReturnType<typeof current>>) => ({
    dbname,
    username: migration_username ?? '',
    password: migration_password ?? '',
  })
  const failureOf = async (act: Promise<unknown>): Promise<string> => {
    const error = await act.then(
      () => 'it did not fail',
      (failure: unknown) => failure,
    )
    return error instanceof Error ? `${error.stack} ${JSON.stringify(error)} ${String(error.cause)}` : String(error)
  }

  beforeAll(async () => {
    process.env = { ...kept, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: String(randomInt(1e11, 1e12)) }
    client = new SecretsManagerClient({})
    rds = await rdsForTests(await startPostgresServer())
    masterArn = await create('master', rds.master)
  })
  afterAll(async () => {
    client.destroy()
    await rds.stop()
    process.env = kept
  })

  test('a fresh server gets its database, groups and logins from the first rotation, and needs no hand', async () => {
    const secret = await database('fresh')
    await rotate(secret)
    const made = await current(secret)
    expect(made).toMatchObject({ username: 'fresh_app_b', migration_username: 'fresh_owner_b', host: rds.host })
    expect(await rds.logIn(made, whoAmI)).toEqual({ acts_as: 'fresh_app_b', logged_in: 'fresh_app_b' })
    expect(await rds.logIn(migrator(made), whoAmI)).toEqual({ acts_as: 'fresh_owner', logged_in: 'fresh_owner_b' })
  })

  test('what one login migrates the next one may change, and the services may use but not change it', async () => {
    const secret = await database('moved')
    await rotate(secret)
    const first = await current(secret)
    await rds.logIn(migrator(first), 'create table things (id int generated always as identity, name text)')
    await rotate(secret)
    const second = await current(secret)
    expect(second.migration_username).not.toBe(first.migration_username)
    await rds.logIn(migrator(second), 'alter table things add column size int')
    await rds.logIn(second, "insert into things (name) values ('a')")
    expect(await rds.logIn(second, 'select name from things')).toEqual({ name: 'a' })
    await expect(rds.logIn(second, 'drop table things')).rejects.toMatchObject({ code: '42501' })
    await expect(rds.logIn(second, 'create table others (id int)')).rejects.toMatchObject({ code: '42501' })
  })

  test('the password of before works until the rotation after the next one begins', async () => {
    const secret = await database('lasting')
    await rotate(secret)
    const first = await current(secret)
    await rotate(secret)
    const second = await current(secret)
    expect(second.username).not.toBe(first.username)
    await rds.logIn(first, whoAmI)
    await rds.logIn(second, whoAmI)
    await rotate(secret)
    const third = await current(secret)
    expect(third.username).toBe(first.username)
    expect(third.password).not.toBe(first.password)
    await rds.logIn(second, whoAmI)
    await expect(rds.logIn(first, whoAmI)).rejects.toMatchObject({ code: '28P01' })
  })

  test('a login that pods still use is not taken away: the rotation fails and says to deploy', async () => {
    const secret = await database('busy')
    await rotate(secret)
    const first = await current(secret)
    await rotate(secret)
    const { username: user, password } = first
    const pod = new pg.Client({ host: rds.host, port: rds.port, user, password, database: 'busy' })
    await pod.connect()
    const token = randomUUID()
    expect(await failureOf(run(secret, token, ...steps))).toContain('still has 1 sessions')
    expect((await pod.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    await rds.logIn(first, whoAmI)
    await pod.end()
    await expect.poll(() => rds.ask("select from pg_stat_activity where usename = 'busy_app_b'")).toEqual([])
    await run(secret, token, ...steps)
    await rds.logIn(await current(secret), whoAmI)
  })

  test.for(steps.map((step, index) => [step, index] as const))(
    'after a crash behind %s the whole runs again, with the same value, and ends well',
    async ([step, index]) => {
      const secret = await database(`crash${index}`)
      const token = randomUUID()
      const ran = steps.slice(0, index + 1)
      await run(secret, token, ...ran)
      // Each step twice, and then all from the start.
      await run(secret, token, step, ...steps)
      const made = await current(secret)
      await rds.logIn(made, whoAmI)
      await rds.logIn(migrator(made), whoAmI)
    },
  )

  test('a crash between the two logins of setSecret is mended by setSecret', async () => {
    const secret = await database('half')
    const token = randomUUID()
    await run(secret, token, 'createSecret', 'setSecret')
    const pending = parseDatabaseSecret(await textOf(secret, 'AWSPENDING'))
    await rds.ask(`alter role ${pending.migration_username} password null`)
    expect(await failureOf(run(secret, token, 'testSecret'))).toContain('half_owner_b cannot log in yet')
    await run(secret, token, ...steps)
    await rds.logIn(migrator(await current(secret)), whoAmI)
  })

  test('a wrong master changes nothing, says so in a code and no value, and the next try goes on', async () => {
    const wrong = await create('master', { ...rds.master, password: 'Wrong-canary-4712' })
    const secret = await database('locked', { masterarn: wrong })
    const token = randomUUID()
    const said = await failureOf(run(secret, token, ...steps))
    expect(said).toContain('the master could not prepare locked: 28P01')
    expect(said).not.toMatch(/canary|Nobody-has/)
    expect((await current(secret)).username).toBe('locked_app_a')
    await client.send(new PutSecretValueCommand({ SecretId: wrong, SecretString: JSON.stringify(rds.master) }))
    await run(secret, token, ...steps)
    await rds.logIn(await current(secret), whoAmI)
  })

  test('two databases rotate at once, each with roles of its own', async () => {
    const [one, two] = await Promise.all([database('pair_one'), database('pair_two')])
    await Promise.all([rotate(one), rotate(two)])
    const [first, second] = await Promise.all([current(one), current(two)])
    await rds.logIn(first, whoAmI)
    await expect(rds.logIn({ ...first, dbname: second.dbname }, whoAmI)).rejects.toMatchObject({ code: '42501' })
  })

  test('no password stands in what the server is told, which it logs', async () => {
    const secret = await database('logged')
    await rds.ask('alter system set log_statement = ddl')
    await rotate(secret)
    const verifiers = await rds.ask("select rolpassword from pg_authid where rolname = 'logged_app_b'")
    expect(verifiers).toEqual([{ rolpassword: expect.stringMatching(/^SCRAM-SHA-256\$4096:/) }])
  })

  test('a server without encryption is refused, unless the secret itself says so', async () => {
    const { sslmode: _, ...plain } = await current(await database('open'))
    const secret = await create('database-open', plain)
    expect(await failureOf(rotate(secret))).toContain('the database server did not answer as open_app_b')
  })

  test('what `infra up` puts there is where it begins, and what it makes of it is what deploy gives the services', async () => {
    const cache = { host: 'cache', port: 6379, user: 'app' }
    const where = { host: rds.host, port: rds.port, masterSecret: masterArn }
    const outputs = { region: 'us-east-1', database: where, cache, key: 'alias/shop-prod-secrets' }
    for (const place of secretPlaces('prod')) {
      const first =
        wantedSecrets({ outputs, place })
          .find(({ name }) => name === 'database-orders')
          ?.first?.() ?? ''
      const secret = await create('database-orders', { ...JSON.parse(first), sslmode: 'disable' })
      await rotate(secret)
      const urls = awsSecrets['database-orders']?.(await textOf(secret)) ?? []
      expect(urls.map(({ name }) => name)).toEqual(['DATABASE_URL', 'MIGRATION_DATABASE_URL'])
      for (const { value: connectionString, name } of urls) {
        const pod = new pg.Client({ connectionString })
        await pod.connect()
        const { rows } = await pod.query('select current_database()::text as base, current_user::text as role')
        await pod.end()
        const base = place.database('orders')
        expect(rows).toEqual([{ base, role: name === 'DATABASE_URL' ? `${base}_app_a` : `${base}_owner` }])
      }
    }
  })

  test.skipIf(!hasOpenssl)('a server is believed by its certificate alone (openssl makes one)', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rotation-tls-'))
    const [certificate, key] = [join(folder, 'server.crt'), join(folder, 'server.key')]
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-keyout', key, '-out', certificate]
    execFileSync('openssl', [...made, ...subject], { stdio: 'ignore' })
    await rds.encrypt({ certificate, key })
    const trusted = getCACertificates('default')
    try {
      const { sslmode: _, ...plain } = await current(await database('sealed'))
      const secret = await create('database-sealed', { ...plain, host: 'localhost' })
      expect(await failureOf(rotate(secret))).toContain('did not answer as sealed_app_b: DEPTH_ZERO_SELF_SIGNED_CERT')
      setDefaultCACertificates([...trusted, await readFile(certificate, 'utf8')])
      await rotate(secret)
      const login = await current(secret)
      const text = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()'
      expect(await rds.logIn(login, text)).toEqual({ ssl: false })
      expect(await asLogin(login, login, (inside) => inside.query(text))).toMatchObject({ rows: [{ ssl: true }] })
    } finally {
      setDefaultCACertificates(trusted)
      await rm(folder, { recursive: true })
    }
  })

  test('signing keys: the new one comes first, two before it are kept, and a second run changes nothing', async () => {
    const secret = await create('jwt-signing-keys', '')
    const seen: string[] = []
    for (let round = 0; round < 5; round++) {
      const token = randomUUID()
      if (round === 0) await client.send(new PutSecretValueCommand({ SecretId: secret, SecretString: '[]' }))
      await run(secret, token, 'createSecret', 'createSecret', ...steps)
      seen.unshift(parseSigningKeys(await textOf(secret))[0]?.kid ?? '')
    }
    const kids = parseSigningKeys(await textOf(secret)).map(({ kid }) => kid)
    expect(kids).toEqual(seen.slice(0, 3))
    expect(new Set(seen).size).toBe(5)
  })

  test('a secret of somebody else is left alone, and another form is named without its value', async () => {
    const mail = await create('mail', { MAIL_URL: 'smtp://canary@mail' })
    expect(await failureOf(rotate(mail))).toContain('/mail has no rotation')
    const broken = await create('database-broken', '{"password":"canary-1","host":7')
    const said = await failureOf(rotate(broken))
    expect(said).toContain('the secret has another form')
    expect(said).not.toContain('canary')
  })

  test('steps before createSecret, and events of another form, are refused', async () => {
    const secret = await database('early')
    expect(await failureOf(run(secret, randomUUID(), 'setSecret'))).toContain('createSecret comes first')
    expect(await failureOf(handler({ Step: 'createSecret' }))).toContain('this is no event of Secrets Manager')
  })
})
