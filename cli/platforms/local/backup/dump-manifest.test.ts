import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { type DumpManifest, readDumpManifest, writeDumpManifest } from './dump-manifest.ts'

const folder = mkdtempSync(join(tmpdir(), 'shopctl-dump-'))
const file = join(folder, 'manifest.json')
afterAll(() => rmSync(folder, { recursive: true }))

const manifest: DumpManifest = {
  schema: 'shopctl.local/dump/1',
  environment: 'local',
  release: 3,
  databases: [
    {
      service: 'orders',
      digest: 'sha256:1',
      migrations: ['0001-orders'],
      takenAt: '2026-11-22T20:00:00.000Z',
      major: 18,
      tables: [
        {
          name: 'public.orders',
          columns: [{ name: 'id', generated: false }],
          rows: 2,
          checksum: '0'.repeat(32),
          file: 'orders/0.copy',
          bytes: 9,
          sha256: '0'.repeat(64),
        },
      ],
      sequences: [{ name: 'public.s', lastValue: '9007199254740993', isCalled: true }],
      definitions: { 'index i': 'create index' },
    },
  ],
}
const unreadable = expect.objectContaining({ code: 'DUMP_UNREADABLE', exitCode: 5 })

test('what was written is read again', async () => {
  await writeDumpManifest(folder, manifest)
  expect(await readDumpManifest(folder)).toEqual(manifest)
})

test('one byte that changed is seen, wherever it is, unless it changes nothing', async () => {
  await writeDumpManifest(folder, manifest)
  const whole = readFileSync(file)
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
      const changed = Buffer.from(whole)
      changed[at] = ((changed[at] ?? 0) + by) % 256
      writeFileSync(file, changed)
      const read = await readDumpManifest(folder).catch((error: unknown) => error)
      if (read instanceof Error) expect(read).toEqual(unreadable)
      else expect(read).toEqual(manifest)
    }),
  )
})

test.each(['', '{', '{"sha256":"","dump":{}}', 'null'])('%j is no manifest', async (text) => {
  writeFileSync(file, text)
  await expect(readDumpManifest(folder)).rejects.toEqual(unreadable)
})

test('a folder without one is no dump', async () => {
  await expect(readDumpManifest(join(folder, 'none'))).rejects.toEqual(unreadable)
})

const withNames = (name: string, column: string): DumpManifest => ({
  ...manifest,
  databases: manifest.databases.map((database) => ({
    ...database,
    tables: database.tables.map((table) => ({ ...table, name, columns: [{ name: column, generated: false }] })),
  })),
})

test.each([
  ['public.orders', '"Odd Name"'],
  ['public."odd ""table"', '_id2'],
])('%s (%s) is how PostgreSQL writes names', async (name, column) => {
  await writeDumpManifest(folder, withNames(name, column))
  expect(await readDumpManifest(folder)).toEqual(withNames(name, column))
})

test.each([
  ['public.orders', `id) from program 'id' --`],
  ['public.orders', `"id") from program 'id' --"`],
  ['public.orders', 'id\n'],
  ['public.orders', ''],
  [`public.orders from program 'id' --`, 'id'],
  ['orders', 'id'],
])('%j (%j) is more or less than a name: whatever its sum says, it is no dump', async (name, column) => {
  await writeDumpManifest(folder, withNames(name, column))
  await expect(readDumpManifest(folder)).rejects.toEqual(unreadable)
})
