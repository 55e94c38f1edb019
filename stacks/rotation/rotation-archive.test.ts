import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { bundleRotation } from './bundle-rotation.ts'
import { rotationArchive } from './rotation-archive.ts'
import { storedZip } from './stored-zip.ts'

const golden = join(import.meta.dirname, 'golden', 'index.js')

test('the kept code of the rotation function is what its source gives; vitest -u writes it anew', async () => {
  await expect(bundleRotation()).toMatchFileSnapshot('golden/index.js')
})

test('the archive holds just that code, and its hash is the one that Lambda shows', async () => {
  const code = await readFile(golden)
  const { bytes, sha256Base64 } = rotationArchive()
  const archive = Buffer.from(bytes)
  const start = 30 + 'index.js'.length
  expect(archive.subarray(start, start + code.length).equals(code)).toBe(true)
  expect(archive.readUInt32LE(14)).toBe(crc32(code))
  expect(createHash('sha256').update(archive).digest('base64')).toBe(sha256Base64)
  expect(Buffer.from(rotationArchive().bytes).equals(archive)).toBe(true)
})

test('the same content gives the same bytes, and every field is where a reader of zips looks for it', () => {
  expect(Buffer.from(storedZip('a.js', Buffer.from('hi'))).toString('hex')).toBe(
    [
      '504b0304 1400 0000 0000 0000 2100 ac2a93d8 02000000 02000000 0400 0000 612e6a73 6869',
      '504b0102 1403 1400 0000 0000 0000 2100 ac2a93d8 02000000 02000000 0400 0000 0000 0000 0000 0000a481 00000000 612e6a73',
      '504b0506 0000 0000 0100 0100 32000000 24000000 0000',
    ]
      .join('')
      .replaceAll(' ', ''),
  )
})

test('the code loads as CommonJS and answers to the name that Lambda calls', async ({ onTestFinished }) => {
  // Where Lambda keeps its SDK there is none of ours: the test stands a module of that name beside the code.
  const folder = await mkdtemp(join(tmpdir(), 'rotation-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const place = join(folder, 'index.cjs')
  const sdk = '({ SecretsManagerClient: class {}, ResourceNotFoundException: class {} })'
  const code = (await readFile(golden, 'utf8')).replaceAll('require("@aws-sdk/client-secrets-manager")', sdk)
  await writeFile(place, code)
  const loaded: { default: { handler(event: unknown): Promise<void> } } = await import(place)
  await expect(loaded.default.handler({ Step: 'other' })).rejects.toThrow('this is no event of Secrets Manager')
})
