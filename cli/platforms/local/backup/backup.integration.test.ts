import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { chmod, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { repositoryRoot } from '../../../repository-root.ts'
import { readProcess } from '../../../tools/process-facts.ts'
import { withConnection } from '../admin-connection.ts'
import { readPostmaster } from '../postmaster.ts'
import { type StatePaths, statePaths } from '../state-paths.ts'
import { interruptedAfter } from '../testing/interrupted-after.ts'
import { compareRestored } from './compare-restored.ts'
import type { DumpedDatabase } from './dump-manifest.ts'
import { openBackupDrill } from './open-drill.ts'
import { type RestoredDatabase, restoreDatabase } from './restore-dump.ts'
import { fetchContent } from './table-checksum.ts'
import { takeDump } from './take-dump.ts'
import { makePlace, startTemporaryPostgres } from './temporary-postgres.ts'

const work = { say: () => undefined, signal: new AbortController().signal }
const admin = inject('postgresUrl')
const databases: string[] = []
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shopctl-backup-'))
  await chmod(folder, 0o755)
})
afterAll(async () => {
  for (const name of databases) await query(admin, `drop database ${name} with (force)`)
  await rm(folder, { recursive: true, force: true })
})

const query = (url: string, text: string): Promise<readonly unknown[]> =>
  withConnection(url, work.signal, async (client) => {
    const answer: unknown = await client.query(text)
    return [answer]
  })

const createDatabase = async (): Promise<string> => {
  const name = `backup_${randomBytes(4).toString('hex')}`
  await query(admin, `create database ${name}`)
  databases.push(name)
  const url = new URL(admin)
  url.pathname = `/${name}`
  return url.href
}

/** All that is hard to carry from one server to another, and what would act when rows are written again. */
const tables = `
  create table service_migrations (name text primary key);
  create table nodes (id bigint generated always as identity primary key, parent_id bigint references nodes,
    "Odd Name" text, twice text generated always as (upper("Odd Name")) stored);
  create table "odd table" (node_id bigint references nodes, bytes bytea, number numeric, real double precision,
    moment timestamptz, span interval, list text[], document jsonb, plain json);
  create table entries (id bigserial primary key, word text);
  create function refuse() returns trigger language plpgsql as $$ begin raise exception 'append only'; end $$;
  create trigger entries_append_only before update or delete or truncate on entries execute function refuse();
  create function shout() returns trigger language plpgsql as $$ begin new.word = new.word || '!'; return new; end $$;
  create trigger entries_shout before insert on entries for each row execute function shout()`

const rows = `
  insert into service_migrations values ('0001-first');
  insert into nodes (parent_id, "Odd Name") values (2, E'tab\\tline\\nback\\\\slash \\\\N'), (null, 'ß 🛒'), (1, null);
  insert into "odd table" values (1, '\\x00ff5c', 'NaN', '-Infinity', 'infinity', '1 mon -3 days', '{a,NULL,"b,c"}',
    '{"a": 1e400}', '{"a":  1, "a": 2}'), (null, null, 123456789.000100, 0.1, '2026-11-22 20:00:00.123456+02', null, null, null, null);
  insert into entries (word) values ('one'), ('one'), ('two');
  select nextval('entries_id_seq')`

const source = async (): Promise<string> => {
  const url = await createDatabase()
  await query(url, tables)
  await query(url, rows)
  return url
}

const dumpOf = async (url: string, name = randomBytes(4).toString('hex'), from = work): Promise<DumpedDatabase> => {
  const target = join(folder, name)
  const manifests = [{ service: 'orders', digest: 'sha256:1' }]
  const named = { orders: { url, migrationUrl: url } }
  const request = { environment: 'local', release: 1, manifests, databases: named, folder: target }
  const [dumped] = (await takeDump(request, from)).databases
  if (dumped === undefined) throw new Error('nothing was dumped')
  return dumped
}

const restored = async (dumped: DumpedDatabase, name: string, schema = tables): Promise<RestoredDatabase> => {
  const url = await createDatabase()
  const migrate = async () => {
    await query(url, schema)
    await query(url, `insert into service_migrations values ('a row that a migration made')`)
  }
  return restoreDatabase({ dumped, folder: join(folder, name), url, migrate }, work)
}

/** In place of a file one that comes in parts, each a while after the one before. */
const dripped = async (path: string, parts: readonly (string | Buffer)[], milliseconds: number): Promise<void> => {
  rmSync(path)
  execFileSync('mkfifo', [path])
  const file = await open(path, 'w')
  for (const part of parts) {
    await file.write(Buffer.from(part))
    await pause(milliseconds)
  }
  await file.close()
}

const verdicts = (dumped: DumpedDatabase, found: RestoredDatabase) =>
  Object.fromEntries(compareRestored(dumped, found).tables.map(({ table, verdict }) => [table, verdict]))

test('all that is hard to carry comes back as it was', async () => {
  const dumped = await dumpOf(await source(), 'whole')
  const found = await restored(dumped, 'whole')
  expect(compareRestored(dumped, found)).toMatchObject({ findings: [], notCompared: [] })
  expect(verdicts(dumped, found)).toEqual({
    'public."odd table"': 'same',
    'public.entries': 'same',
    'public.nodes': 'same',
    'public.service_migrations': 'same',
  })
  expect(found.sequences).toContainEqual({ name: 'public.entries_id_seq', lastValue: '4', isCalled: true })
})

test('a checksum does not hang on the order of rows, and sees one that is there twice', async () => {
  const url = await createDatabase()
  await query(
    url,
    `create table a (x int, y text); create table b (y text, x int); create table c (x int, y text);
    insert into a values (1, 'p'), (2, 'q'), (2, 'q'); insert into b values ('q', 2), ('p', 1), ('q', 2);
    insert into c values (1, 'p'), (1, 'p'), (2, 'q')`,
  )
  const columns = ['x', 'y'].map((name) => ({ name, generated: false }))
  const [a, b, c] = await withConnection(url, work.signal, async (client) => [
    await fetchContent(client, { name: 'a', columns }),
    await fetchContent(client, { name: 'b', columns }),
    await fetchContent(client, { name: 'c', columns }),
  ])
  expect(b).toEqual(a)
  expect(c?.rows).toBe(a?.rows)
  expect(c?.checksum).not.toBe(a?.checksum)
})

test('what is written meanwhile is in none of it: rows, counts and checksums are of one moment', async () => {
  const url = await source()
  const stop = new AbortController()
  const writer = (async () => {
    while (!stop.signal.aborted) {
      await query(url, `insert into entries (word) select 'later' from generate_series(1, 50)`)
    }
  })()
  const dumps = []
  for (const name of ['busy-1', 'busy-2', 'busy-3']) dumps.push([name, await dumpOf(url, name)] as const)
  stop.abort()
  await writer
  for (const [name, dumped] of dumps)
    expect(verdicts(dumped, await restored(dumped, name))['public.entries']).toBe('same')
})

describe('a dump that is not what was written', () => {
  const damage = async (name: string, how: (path: string) => void) => {
    const dumped = await dumpOf(await source(), name)
    const table = dumped.tables.find((one) => one.name === 'public.entries')
    how(join(folder, name, table?.file ?? ''))
    const found = await restored(dumped, name)
    return { verdict: verdicts(dumped, found), findings: compareRestored(dumped, found).findings }
  }

  test.each<[string, (path: string) => void]>([
    ['one byte', (path) => writeFileSync(path, readFileSync(path, 'latin1').replace('two', 'twp'), 'latin1')],
    ['a byte less', (path) => writeFileSync(path, readFileSync(path).subarray(1))],
    ['the server would refuse it', (path) => writeFileSync(path, 'x'.repeat(readFileSync(path).length))],
    ['the file is gone', (path) => rmSync(path)],
  ])('%s: that table is damaged, and only that', async (title, how) => {
    const { verdict, findings } = await damage(title.replaceAll(' ', '-'), how)
    expect(verdict).toMatchObject({ 'public.entries': 'damaged', 'public.nodes': 'same' })
    expect(findings).toEqual([expect.stringMatching(/^orders: the dump of public\.entries is damaged: /)])
  })

  test('what is still on its way when the server refuses a row never reaches the next table', async () => {
    const dumped = await dumpOf(await source(), 'slow')
    const pathOf = (name: string) => join(folder, 'slow', dumped.tables.find((one) => one.name === name)?.file ?? '')
    const [refused, next] = [pathOf('public.entries'), pathOf('public.nodes')]
    const content = readFileSync(next)
    const pauses = [
      dripped(refused, ['not a number\trow\n', 'late\n'], 150),
      dripped(next, [content.subarray(0, 3), content.subarray(3)], 300),
    ]
    const found = await restored(dumped, 'slow')
    await Promise.all(pauses)
    expect(verdicts(dumped, found)).toMatchObject({ 'public.entries': 'damaged', 'public.nodes': 'same' })
  })

  test('rows that break a foreign key are found, though they are what was there', async () => {
    const url = await source()
    await query(url, `set session_replication_role = replica; delete from nodes where id = 2`)
    const dumped = await dumpOf(url, 'broken')
    const { findings } = compareRestored(dumped, await restored(dumped, 'broken'))
    expect(findings).toContainEqual(expect.stringMatching(/foreign key does not hold: nodes_parent_id_fkey of nodes/))
  })

  test.each([
    ['a program', `word) from program 'echo planted' --`],
    ['a column', 'planted'],
  ])(
    'a manifest that names %s that the table does not have gets no COPY: that table is damaged',
    async (what, planted) => {
      const name = `planted-${what.replace(' ', '-')}`
      const dumped = await dumpOf(await source(), name)
      const columns = [{ name: planted, generated: false }]
      const tables = dumped.tables.map((table) => (table.name === 'public.entries' ? { ...table, columns } : table))
      const foreign = { ...dumped, tables }
      const found = await restored(foreign, name)
      expect(found.contents['public.entries']?.rows).toBe(0)
      expect(verdicts(foreign, found)).toMatchObject({ 'public.entries': 'damaged', 'public.nodes': 'same' })
      expect(compareRestored(foreign, found).findings).toEqual([
        `orders: the dump of public.entries is damaged: it names columns that public.entries does not have: ${planted}`,
      ])
    },
  )

  test('a table that no migration makes is missing', async () => {
    const dumped = await dumpOf(await source(), 'missing')
    const found = await restored(dumped, 'missing', 'create table service_migrations (name text primary key)')
    expect(verdicts(dumped, found)).toMatchObject({ 'public.nodes': 'missing', 'public.service_migrations': 'same' })
  })
})

test('an interrupt ends it, and the connection with it', async () => {
  const url = await source()
  await query(url, `insert into entries (word) select repeat('x', 1000) from generate_series(1, 100000)`)
  const stopped = { ...work, signal: interruptedAfter(30) }
  await expect(dumpOf(url, 'stopped', stopped)).rejects.toMatchObject({ code: 'INTERRUPTED' })
})

const pathsIn = (directory: string): StatePaths =>
  statePaths({ repository: repositoryRoot, environment: 'local', variables: { SHOPCTL_STATE_DIR: directory } })

const left = (paths: StatePaths): readonly string[] => {
  const drills = join(paths.environment, 'backup')
  return existsSync(drills) ? readdirSync(drills) : []
}

describe('the server of a drill', () => {
  test('what a killed shopctl left is removed by the next one, its server too', async () => {
    const paths = pathsIn(join(folder, 'killed'))
    const place = await makePlace(paths)
    await startTemporaryPostgres(place, work.signal)
    const server = await readPostmaster(join(place.paths.postgres, 'data'))
    writeFileSync(join(place.folder, 'owner'), '2147483646 1')
    const drill = await openBackupDrill(paths)
    expect(existsSync(place.folder)).toBe(false)
    const facts = server === null ? null : await readProcess(server.processId)
    expect(server === null || facts === null || facts.zombie).toBe(true)
    expect(server).not.toBeNull()
    await drill.close()
    expect(left(paths)).toEqual([])
  })

  test('drills that begin while others begin leave each other alone', async () => {
    const paths = pathsIn(join(folder, 'together'))
    const begin = async (_: unknown, milliseconds: number) => {
      await pause(milliseconds)
      return makePlace(paths)
    }
    const places = await Promise.all(Array.from({ length: 40 }, begin))
    const whole = ['logs', 'owner', 'postgres', 'secrets']
    expect(places.map((place) => readdirSync(place.folder).toSorted())).toEqual(places.map(() => whole))
  })

  test('a folder that has no owner yet is left to the process that makes it, and removed after its end', async () => {
    const paths = pathsIn(join(folder, 'unowned'))
    const [making, abandoned] = [`unowned-${process.pid}-a`, 'unowned-2147483646-b']
    for (const name of [making, abandoned]) mkdirSync(join(paths.environment, 'backup', name), { recursive: true })
    const place = await makePlace(paths)
    expect(left(paths).toSorted()).toEqual([basename(place.folder), making].toSorted())
  })

  test('interrupted while it restores, nothing is left of it', async () => {
    const paths = pathsIn(join(folder, 'interrupted'))
    await dumpOf(await source(), 'for-interrupt')
    const drill = await openBackupDrill(paths)
    await drill.open(join(folder, 'for-interrupt'))
    const signal = interruptedAfter(50)
    await expect(drill.restore([], { ...work, signal })).rejects.toMatchObject({ code: 'INTERRUPTED' })
    await drill.close()
    expect(left(paths)).toEqual([])
  })
})

describe.skipIf(process.getuid?.() !== 0)('a disk that is too small (skipped where tests may not mount one)', () => {
  const mounted = async (size: string): Promise<string> => {
    const directory = await mkdtemp(join(folder, 'disk-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=755`, 'tmpfs', directory])
    onTestFinished(() => {
      execFileSync('umount', [directory])
    })
    return directory
  }

  test('for the dump: it is refused with the file and the reason', async () => {
    const url = await source()
    await query(url, `insert into entries (word) select repeat('x', 1000) from generate_series(1, 3000)`)
    const small = join((await mounted('1m')).slice(folder.length + 1), 'dump')
    await expect(dumpOf(url, small)).rejects.toMatchObject({
      code: 'STATE_NOT_WRITABLE',
      exitCode: 3,
      message: expect.stringMatching(/\.copy: the disk is full\./),
    })
  })

  test('for the server: nobody knows whether the dump is good, and that is no verdict on it', async () => {
    await dumpOf(await source(), 'for-disk')
    const paths = pathsIn(await mounted('8m'))
    const drill = await openBackupDrill(paths)
    await drill.open(join(folder, 'for-disk'))
    const failure = await drill.restore([], work).catch((error: unknown) => error)
    expect(failure).toMatchObject({ exitCode: 3 })
    expect(String(failure)).toMatch(/not known whether it is good|the disk is full/)
    await drill.close()
    expect(left(paths)).toEqual([])
  })
})
