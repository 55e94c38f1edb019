import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fileObjectStore } from './file-object-store.ts'
import { objectOf, objectStoreContract } from './testing/object-store-contract.ts'

let root = ''
const open = (of: string) => fileObjectStore({ directory: join(root, of) })

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'documents-'))
})

afterAll(() => rm(root, { recursive: true }))

objectStoreContract(open)

test('nothing but the document stays behind, and only its owner may read it', async () => {
  const object = objectOf('a/b/c.pdf', 'abc')
  await Promise.all([open('clean').put(object), open('clean').put(object)])
  expect(await readdir(join(root, 'clean', 'a', 'b'))).toEqual(['c.pdf'])
  expect((await stat(join(root, 'clean', 'a', 'b', 'c.pdf'))).mode & 0o777).toBe(0o600)
})

test('a place that is no directory is a fault, in the health check too', async () => {
  await writeFile(join(root, 'file'), '')
  const store = open('file')
  const fault = { name: 'ObjectStoreFault', cause: { code: expect.stringMatching(/^E(EXIST|NOTDIR)$/) } }
  await expect(store.check()).rejects.toMatchObject(fault)
  await expect(store.put(objectOf('a.pdf', 'a'))).rejects.toMatchObject({ name: 'ObjectStoreFault' })
  await expect(store.get('a.pdf')).rejects.toMatchObject({ name: 'ObjectStoreFault' })
})

test('who is told to stop stops', async () => {
  await expect(open('stop').put(objectOf('a.pdf', 'a'), AbortSignal.abort())).rejects.toMatchObject({
    name: 'ObjectStoreFault',
    cause: { name: 'AbortError' },
  })
  expect(await open('stop').get('a.pdf')).toBeNull()
})
