import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { s3StandIn } from '../../services/kit/object-store/testing/s3-stand-in.ts'
import { renderInvoice } from '../../services/orders/documents/render-invoice.ts'
import { pdfText } from '../../services/orders/documents/testing/pdf-text.ts'
import { sampleInvoice } from '../../services/orders/documents/testing/sample-invoice.ts'
import { bundleService } from './bundle-service.ts'

const repository = join(import.meta.dirname, '..', '..')
const orders = join(repository, 'services', 'orders', 'documents')
const kit = join(repository, 'services', 'kit', 'object-store')

const entry = `
import { readFileSync } from 'node:fs'
import { openObjectStore } from ${JSON.stringify(join(kit, 'open-object-store.ts'))}
import { objectStoreUrl } from ${JSON.stringify(join(kit, 'object-store-url.ts'))}
import { renderInvoice } from ${JSON.stringify(join(orders, 'render-invoice.ts'))}
import { storeDocument } from ${JSON.stringify(join(orders, 'store-document.ts'))}
const snapshot = JSON.parse(readFileSync(0, 'utf8'))
const url = process.env.DOCUMENTS_URL
if (url === undefined) process.stdout.write(await renderInvoice(snapshot))
else {
  const store = openObjectStore(objectStoreUrl.parse(url))
  await store.check()
  process.stdout.write((await storeDocument({ snapshot, sha256: null }, store)).sha256)
  store.close()
}
`

let root = ''
let alone = ''
const invoice = sampleInvoice({ buyer: { name: 'Привет 日本', address_lines: ['Kadıköy'], country: 'TR' } })

/** As in a small container: no packages, nothing to write to, a user without a home, and no variables but those given. */
function runAlone(environment: Readonly<Record<string, string>> = {}) {
  const user = process.getuid?.() === 0 ? { uid: 65_532, gid: 65_532 } : {}
  const child = spawn(process.execPath, ['--max-old-space-size=100', 'bundle.mjs'], {
    cwd: alone,
    env: environment,
    ...user,
  })
  child.stdin.end(JSON.stringify(invoice))
  return child
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'shopctl-documents-'))
  await mkdir(join(root, 'services', 'tiny'), { recursive: true })
  await symlink(join(repository, 'node_modules'), join(root, 'node_modules'))
  await writeFile(join(root, 'package.json'), '{"type":"module"}')
  await writeFile(join(root, 'services', 'tiny', 'main.ts'), entry)
  const { file } = await bundleService({
    service: 'tiny',
    root,
    directory: join(root, 'bundles'),
    cacheDirectory: join(root, 'cache'),
  })
  alone = await mkdtemp(join(tmpdir(), 'shopctl-alone-'))
  await copyFile(file, join(alone, 'bundle.mjs'))
  await chmod(join(alone, 'bundle.mjs'), 0o444)
  await chmod(alone, 0o555)
})

afterAll(async () => {
  await chmod(alone, 0o755)
  await rm(alone, { recursive: true })
  await rm(root, { recursive: true })
})

test('O30: the bundle alone, in a folder that cannot be written, gives the same document as the source', async () => {
  const child = runAlone()
  const [bytes, complaints, [code]] = await Promise.all([buffer(child.stdout), text(child.stderr), once(child, 'exit')])
  expect({ code, complaints }).toEqual({ code: 0, complaints: '' })
  expect(bytes.equals(await renderInvoice(invoice))).toBe(true)
  expect(await pdfText(bytes)).toMatch(/Привет 日本[\s\S]*Kadıköy/)
})

test('the bundle alone keeps a document in S3, also where its user has no home', async () => {
  const s3 = await s3StandIn('shop-documents')
  try {
    const child = runAlone({
      DOCUMENTS_URL: 's3://shop-documents/shop',
      AWS_ENDPOINT_URL: s3.endpoint,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'tests',
      AWS_SECRET_ACCESS_KEY: 'tests',
    })
    const [sha256, complaints, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit'),
    ])
    expect({ code, complaints }).toEqual({ code: 0, complaints: '' })
    const [[key, stored] = ['none', Buffer.of()]] = s3.objects
    expect(key).toMatch(/^shop\/invoices\/INV-2026\/INV-2026-000017-[0-9a-f-]{36}\.pdf$/)
    expect(createHash('sha256').update(stored).digest('hex')).toBe(sha256)
  } finally {
    await s3.close()
  }
})
