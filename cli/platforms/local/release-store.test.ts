import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { aRelease } from '../../releases/testing/a-release.ts'
import { createLocalReleaseStore } from './release-store.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'shopctl-releases-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const open = () => createLocalReleaseStore(join(root, 'releases'))
const { number: _, ...unnumbered } = aRelease({ number: 1 })

test('without any release the list is empty', async () => {
  expect(await open().list()).toEqual({ records: [], setAside: [] })
  expect(await open().read(1)).toBeNull()
})

test('records are numbered in order, listed newest first and replaced as a whole', async () => {
  const store = open()
  await store.create(unnumbered)
  const second = await store.create(unnumbered)
  await store.update({ ...second, state: 'aborted' })
  const { records } = await open().list()
  expect(records.map(({ number, state }) => [number, state])).toEqual([
    [2, 'aborted'],
    [1, 'succeeded'],
  ])
  expect(await readdir(join(root, 'releases'))).toEqual(['000001.json', '000002.json'])
})

test('callers that create at the same time get different numbers', async () => {
  const created = await Promise.all(Array.from({ length: 12 }, () => open().create(unnumbered)))
  expect(created.map(({ number }) => number).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 12 }, (_, i) => i + 1),
  )
})

test.each([
  ['', 'it is empty'],
  ['{"schema":"shopctl.release/1","number":2', 'it is not JSON'],
  ['{"schema":"shopctl.release/9","number":2}', 'schema: '],
  [JSON.stringify(aRelease({ number: 7 })), 'it is the record of release 7'],
])('a record with the text %j is set aside, said, and its number stays taken', async (text, why) => {
  const store = open()
  await store.create(unnumbered)
  await store.create(unnumbered)
  await writeFile(join(root, 'releases', '000002.json'), text)
  expect(await store.read(2)).toBeNull()
  const { records, setAside } = await store.list()
  expect(records.map(({ number }) => number)).toEqual([1])
  expect(setAside).toEqual([
    {
      what: 'the record of release 2',
      why: expect.stringContaining(why),
      movedTo: join(root, 'releases', 'set-aside', '000002.json'),
    },
  ])
  expect(await readFile(join(root, 'releases', 'set-aside', '000002.json'), 'utf8')).toBe(text)
  expect((await store.list()).setAside).toEqual([])
  expect((await store.create(unnumbered)).number).toBe(3)
})

test('what was set aside before is not written over', async () => {
  await mkdir(join(root, 'releases', 'set-aside'), { recursive: true })
  await writeFile(join(root, 'releases', 'set-aside', '000001.json'), 'first')
  await writeFile(join(root, 'releases', '000001.json'), 'second')
  const { setAside } = await open().list()
  expect(setAside[0]?.movedTo).toMatch(/set-aside\/000001\.2\.json$/)
  expect(await readFile(join(root, 'releases', 'set-aside', '000001.json'), 'utf8')).toBe('first')
})

test('a place that cannot be written is a refusal and loses nothing', async () => {
  await writeFile(join(root, 'releases'), 'a file in the way')
  await expect(open().create(unnumbered)).rejects.toMatchObject({ code: 'STATE_NOT_WRITABLE', exitCode: 3 })
  expect(await readFile(join(root, 'releases'), 'utf8')).toBe('a file in the way')
})

const root0 = process.getuid?.() === 0
test.skipIf(root0)(
  'on a read-only place (skipped as root, who may write) records are still listed, and a broken one is said',
  async () => {
    const store = open()
    await store.create(unnumbered)
    await writeFile(join(root, 'releases', '000002.json'), 'broken')
    await chmod(join(root, 'releases'), 0o500)
    const { records, setAside } = await store.list()
    expect(records).toHaveLength(1)
    expect(setAside[0]?.movedTo).toBe(join(root, 'releases', '000002.json'))
    await expect(store.create(unnumbered)).rejects.toMatchObject({ code: 'STATE_NOT_WRITABLE' })
    await chmod(join(root, 'releases'), 0o700)
  },
)
