import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fileObjectStore } from '../../kit/object-store/file-object-store.ts'
import { type ObjectStore, ObjectStoreFault } from '../../kit/object-store/object-store.ts'
import { renderInvoice } from './render-invoice.ts'
import { documentKey, storeDocument } from './store-document.ts'
import { sampleInvoice } from './testing/sample-invoice.ts'

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'documents-'))
})
afterAll(() => rm(directory, { recursive: true }))

const open = (name: string) => fileObjectStore({ directory: join(directory, name) })
const snapshot = sampleInvoice()
const key = `invoices/INV-2026/INV-2026-000017-${snapshot.order_id}.pdf`

test('the key is the number of the invoice and its order', () => {
  expect(documentKey(snapshot)).toBe(key)
})

test('O29: the document is kept with its SHA-256, and ten times at once it is one document', async () => {
  const store = open('once')
  const all = await Promise.all(Array.from({ length: 10 }, () => storeDocument({ snapshot, sha256: null }, store)))
  const kept = (await store.get(key)) ?? Buffer.of()
  const sha256 = createHash('sha256').update(kept).digest('hex')
  expect(Buffer.from(kept).equals(await renderInvoice(snapshot))).toBe(true)
  expect(all).toEqual(Array.from({ length: 10 }, () => ({ key, sha256 })))
  expect(await storeDocument({ snapshot, sha256 }, store)).toEqual({ key, sha256 })
})

test('O29: storage that is down is a fault of the storage, and the document is made when it is back', async () => {
  const store = open('down')
  const down: ObjectStore = {
    ...store,
    put: () => Promise.reject(new ObjectStoreFault('the directory of documents cannot be written')),
  }
  await expect(storeDocument({ snapshot, sha256: null }, down)).rejects.toBeInstanceOf(ObjectStoreFault)
  expect(await store.get(key)).toBeNull()
  await storeDocument({ snapshot, sha256: null }, store)
  expect(await store.get(key)).not.toBeNull()
})

test('a document that another release drew otherwise stays, and is the one that counts', async () => {
  const store = open('other')
  const bytes = Buffer.from('%PDF of another release')
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  await store.put({ key, bytes, contentType: 'application/pdf', sha256 })
  expect(await storeDocument({ snapshot, sha256: null }, store)).toEqual({ key, sha256 })
})

test('a document that is not what was stored before is an error', async () => {
  await expect(storeDocument({ snapshot, sha256: 'f'.repeat(64) }, open('changed'))).rejects.toThrow('SHA-256')
})
