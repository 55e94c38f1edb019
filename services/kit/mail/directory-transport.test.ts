import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { directoryTransport } from './directory-transport.ts'
import { parsedMail } from './testing/mail-server.ts'

const from = 'Shop <shop@shop.test>'

test('in place of a server, a folder gets one whole file a mail, for its owner only', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'shop-test-mail-'))
  const mail = { id: randomUUID(), requestedAt: new Date('2026-11-22T10:20:30.456Z'), to: 'ada@x.io' }
  const { signal: going } = new AbortController()
  const transport = directoryTransport({ directory: join(directory, 'mail'), from })
  const send = () => transport.send({ ...mail, subject: 'Grüße', text: 'Text ü\n', html: '<p>Text ü</p>' }, going)
  const file = `20261122T102030.456Z-${mail.id}.eml`
  expect([await send(), await send()]).toEqual(Array.from({ length: 2 }, () => ({ kind: 'sent', reference: file })))
  expect(await readdir(join(directory, 'mail'))).toEqual([file])
  const path = join(directory, 'mail', file)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  const { headers, whole } = parsedMail(await readFile(path, 'utf8'))
  expect(headers).toMatchObject({ to: 'ada@x.io', subject: 'Grüße', 'message-id': `<${mail.id}@shop.test>` })
  expect(whole).toContain('Text ü')

  const nowhere = directoryTransport({ directory: join(path, 'under-a-file'), from })
  const { kind, reason } = {
    reason: '',
    ...(await nowhere.send({ ...mail, subject: 's', text: 't', html: 'h' }, going)),
  }
  expect([kind, reason]).toEqual(['unreachable', 'ENOTDIR'])
  await rm(directory, { recursive: true })
})
