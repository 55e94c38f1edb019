import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createShop, type Shop } from './shop.ts'
import { startStopped } from './stopped-command.ts'

const verify = ['backup', 'verify', '--env', 'local']

let shop: Shop
let kept: string
beforeAll(async () => {
  shop = await createShop()
  kept = join(shop.root, '..', 'kept dump')
  await shop.deploy()
})
afterAll(async () => {
  await shop?.close()
  await rm(kept, { recursive: true, force: true })
})

const documentSchema = z.object({
  result: z.object({
    verdict: z.string(),
    findings: z.array(z.string()),
  }),
})
const reportOf = (stdout: string) => documentSchema.parse(JSON.parse(stdout)).result

/** The shop's own processes, unchanged; no other server and no folder of a drill. */
const expectOnlyTheShop = async (before: Readonly<Record<string, number>>) => {
  expect(shop.restarted(before)).toEqual([])
  expect(await readdir(shop.statePath('backup'))).toEqual([])
  const servers = shop.processes().filter(({ words }) => words.includes('-D '))
  expect(servers.map(({ words }) => words.includes('/local/postgres/data'))).toEqual([true])
}

test('under load the databases come back as they were, and the shop never notices', async () => {
  const before = shop.processIds()
  const client = await shop.client()
  const verified = await shop.run([...verify, '--keep', kept])
  await client.stop()
  expect(verified).toMatchObject({ code: 0, stdout: expect.stringMatching(/\nVerified: \d+ rows of \d+ tables/) })
  expect(client.report().failures).toEqual([])
  expect((await stat(kept)).mode & 0o777).toBe(0o700)
  await expectOnlyTheShop(before)
})

test('interrupted or killed in the middle, the server of the drill goes, at the latest with the next one', async () => {
  const before = shop.processIds()
  const interrupted = await startStopped(shop, verify, { stopAt: ['restore'] })
  await interrupted.interrupt('SIGINT')
  expect(await interrupted.finish()).toMatchObject({ code: 130 })
  await expectOnlyTheShop(before)

  const killed = shop.start(verify)
  await killed.waitFor(/Restore into a fresh server: \w+/)
  killed.kill('SIGKILL')
  await killed.result()
  expect(await readdir(shop.statePath('backup'))).toHaveLength(1)
  const next = await shop.run([...verify, '--from', kept, '--json'])
  expect({ code: next.code, ...reportOf(next.stdout) }).toMatchObject({ code: 0, verdict: 'verified', findings: [] })
  await expectOnlyTheShop(before)
})

test('one byte of a kept dump that changed ends with exit 5; a dump is never written over', async () => {
  const overwritten = await shop.run([...verify, '--keep', kept])
  expect(overwritten).toMatchObject({ code: 3, stderr: expect.stringMatching(/^BACKUP_EXISTS: /m) })

  const [file = ''] = (await readdir(join(kept, 'catalog'))).toSorted()
  const path = join(kept, 'catalog', file)
  const bytes = await readFile(path)
  bytes[bytes.length - 2] = (bytes.at(-2) ?? 0) ^ 1
  await writeFile(path, bytes)
  const bad = await shop.run([...verify, '--from', kept, '--json'])
  const report = reportOf(bad.stdout)
  expect({ code: bad.code, verdict: report.verdict }).toEqual({ code: 5, verdict: 'not-verified' })
  // What points to its rows is broken then too.
  expect(report.findings[0]).toMatch(/^catalog: the dump of public\.\w+ is damaged: /)
  expect(report.findings.filter((finding) => !finding.startsWith('catalog: '))).toEqual([])
})

test('refused where the shop is down, where nothing is deployed, and where it is not ours to back up', async () => {
  expect(await shop.run(['down', '--env', 'local', '--yes'])).toMatchObject({ code: 0 })
  expect(await shop.run(verify)).toMatchObject({ code: 3, stderr: expect.stringMatching(/^NOT_UP: /m) })
  const prod = await shop.run(['backup', 'verify', '--env', 'prod'])
  expect(prod).toMatchObject({ code: 3, stderr: expect.stringMatching(/^BACKUP_LOCAL_ONLY: .*prod/m) })
  const env = { SHOPCTL_STATE_DIR: join(shop.root, 'nothing yet') }
  expect(await shop.run(verify, { env })).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/^NOTHING_DEPLOYED: /m),
  })
})
