import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { KeptRun } from '../../loadtest/report/kept-run.ts'
import { simulatedRun } from '../../loadtest/report/testing/simulated-run.ts'
import { loadComparisonSchema } from '../flows/loadtest/compare.ts'
import { loadReportSchema } from '../flows/loadtest/report.ts'
import { documentOf } from './published-schemas.ts'
import { createShop, type Shop } from './shop.ts'

let shop: Shop
beforeAll(async () => {
  shop = await createShop()
  await keep('before.json', simulatedRun({ seed: 1 }))
  await keep('after.json', simulatedRun({ seed: 2 }))
  await keep('slower.json', simulatedRun({ seed: 3, median: 30 }))
  await keep('garbage.json', 'garbage')
})
afterAll(() => shop.close())

const keep = (name: string, run: KeptRun | string) =>
  writeFile(join(shop.root, name), typeof run === 'string' ? run : JSON.stringify(run))

const run = (typed: string) => shop.run(typed.split(' '))

test('a report is written beside its run, and the document says where', async () => {
  const result = await run('loadtest report before.json --json')
  const document = documentOf(result)
  const report = loadReportSchema.parse(document.ok ? document.result : null)
  expect(report).toMatchObject({ output: 'before.html', format: 'html', verdict: { state: 'unknown' } })
  expect(await readFile(join(shop.root, 'before.html'), 'utf8')).toContain(
    '<h1>Load test &quot;closed&quot; on staging',
  )
})

test.each([
  ['loadtest report none.json', 3, 'RUN_NOT_FOUND'],
  ['loadtest report garbage.json', 3, 'RUN_UNREADABLE'],
  ['loadtest report before.json --output cli', 3, 'REPORT_NOT_WRITTEN'],
  ['loadtest report before.json --format pdf', 64, 'WRONG_USAGE'],
  ['loadtest report', 64, 'WRONG_USAGE'],
  ['loadtest compare before.json none.json', 3, 'RUN_NOT_FOUND'],
  ['loadtest compare before.json after.json --tolerance 5', 64, 'WRONG_USAGE'],
])('shopctl %s exits %i and says %s', async (typed, code, name) => {
  const text = await run(typed)
  expect(text).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(new RegExp(`^${name}: `)) })
  expect(documentOf(await run(`${typed} --json`))).toMatchObject({ ok: false, exitCode: code, error: { code: name } })
})

test('compare exits 0 where no difference can be told and 5 where there is one, in text and as a document', async () => {
  const same = await run('loadtest compare before.json after.json')
  expect(same).toMatchObject({ code: 0, stderr: '' })
  expect(same.stdout.trimEnd().split('\n').at(-1)).toBe('No difference that can be told.')
  const slower = await run('loadtest compare before.json slower.json --json')
  const document = documentOf(slower)
  expect(document).toMatchObject({ ok: true, exitCode: 5 })
  const { comparison } = loadComparisonSchema.parse(document.ok ? document.result : null)
  expect(comparison).toMatchObject({ verdict: 'worse', tolerance: 0.05 })
  expect((await run('loadtest compare before.json slower.json --tolerance 200%')).code).toBe(0)
})
