import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { installations } from './installations.ts'
import { synthesise } from './main.ts'
import { rotationArchive } from './rotation/rotation-archive.ts'
import { synthesiseElsewhere } from './testing/synthesise-elsewhere.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'main-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const golden = (name: string) => readFileSync(join(import.meta.dirname, 'golden', `${name}.tf.json`), 'utf8')

test('F1: another folder, time zone and process give the same bytes, with no network, credentials or program', () => {
  const elsewhere = synthesiseElsewhere({ timeZone: 'Pacific/Kiritimati' })
  expect(elsewhere.size).toBe(5)
  for (const [name, text] of elsewhere) expect(text).toBe(golden(name))
})

test('the folder holds the JSON and the archive that it names, and nothing that was needed on the way', () => {
  const shop = join(folder, 'new', 'shop-dev')
  const { file, resources } = synthesise({ kind: 'shop', installation: 'dev' }, { folder: shop, backend: 's3' })
  expect(file).toBe(join(shop, 'cdk.tf.json'))
  expect(readdirSync(shop).toSorted()).toEqual(['cdk.tf.json', 'rotation.zip'])
  expect(readFileSync(join(shop, 'rotation.zip')).equals(rotationArchive().bytes)).toBe(true)
  expect(readFileSync(file, 'utf8')).toContain(rotationArchive().sha256Base64)
  expect(resources).toBeGreaterThan(150)
})

test('F28: a file that somebody edited is written anew', () => {
  const file = join(folder, 'cdk.tf.json')
  writeFileSync(file, '{"resource":{}}')
  synthesise({ kind: 'state' }, { folder, backend: 's3' })
  expect(readFileSync(file, 'utf8')).toBe(golden('state'))
})

test('before there is a bucket the state is kept in the folder, at a path that names no machine', () => {
  const { file } = synthesise({ kind: 'state' }, { folder, backend: 'local' })
  const { terraform } = JSON.parse(readFileSync(file, 'utf8'))
  expect(terraform.backend).toEqual({ local: { path: 'state.tfstate' } })
})

test('other facts give their own account everywhere and leave no trace of the table', () => {
  const facts = { ...installations.prod, account: '210987654321' }
  const { file } = synthesise({ kind: 'shop', installation: 'prod' }, { folder, backend: 's3', facts })
  const text = readFileSync(file, 'utf8')
  expect(text).toContain('210987654321')
  expect(text).not.toContain(installations.prod.account)
})

test('a stack that cannot be made leaves no file behind', () => {
  const shop = join(folder, 'broken')
  const facts = { ...installations.dev, cidr: '10.2.0.0/20' }
  const make = () => synthesise({ kind: 'shop', installation: 'dev' }, { folder: shop, backend: 's3', facts })
  expect(make).toThrow('10.2.0.0/20 is no /16')
  expect(existsSync(shop) ? readdirSync(shop) : []).toEqual([])
})
