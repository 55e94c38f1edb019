import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fallingShelf, type Readers, startReaders } from './readers.ts'
import { createShop, type Shop } from './shop.ts'
import { failureIn } from './shown-failure.ts'

let shop: Shop
let readers: Readers

beforeAll(async () => {
  shop = await createShop()
  await shop.deploy()
  readers = startReaders(shop.url)
})
afterAll(async () => {
  await readers?.stop()
  await shop.close()
})

const analysed = ['deploy', '--env', 'local', '--analysis', '--analysis-window', '12s'] as const

describe('a release that is watched once users are on it', () => {
  test('stays where it does as well as the one before', async () => {
    await shop.edit('services/catalog/main.ts', (text) => `${text}\nReflect.set(globalThis, 'watched', 1)\n`)
    const { code, stderr, stdout } = await shop.run(analysed)
    expect(code, `${stdout}\n${stderr}`).toBe(0)
    const { state, analysis, steps } = await shop.record(2)
    expect(state).toBe('succeeded')
    expect(steps.map(({ name }) => name)).toEqual(expect.arrayContaining(['measure', 'promote', 'analyse', 'close']))
    expect(analysis).toMatchObject({ source: 'instances', seconds: 12 })
    const errors = analysis?.findings.find(({ metric }) => metric === 'errors')
    // The two services that the release left as they were have nothing to be compared.
    expect(new Set(analysis?.findings.map(({ service }) => service))).toEqual(new Set(['catalog']))
    expect(errors).toMatchObject({ service: 'catalog', route: null, verdict: 'better-or-same' })
    expect(errors?.candidate.requests).toBeGreaterThan(200)
  })

  test('is taken back where one request of twenty fails, although every probe says that it is well', async () => {
    const restore = await shop.edit(fallingShelf.path, fallingShelf.change)
    const result = await shop.run(analysed)
    await restore()

    expect(result.code, result.stdout).toBe(4)
    const { what, why } = failureIn(result)
    expect(what).toBe(
      'ANALYSIS_FAILED: catalog did worse than release 2 once users were on release 3 of local; users are back on release 2.',
    )
    expect(why[0]).toMatch(
      /^catalog.*: \d\.\d % of [\d,]+ requests failed \(5xx\); of the release before 0 % of [\d,]+; the objective is under 1\.0 %; by chance: .*1 in [\d,]+$/,
    )
    const record = await shop.record(3)
    expect(record).toMatchObject({ state: 'rolled-back', culprits: ['catalog'], verdict: { state: 'healthy' } })
    expect(record.analysis?.state).toBe('failed')
    expect(record.analysis?.seconds).toBeLessThan(12)
    await expect.poll(() => readers.seen.release).toBe(2)

    const history = await shop.run(['history', 'show', '3', '--env', 'local'])
    expect(history.stdout).toContain('requests failed (5xx)')
  })
})
