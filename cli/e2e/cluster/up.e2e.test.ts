import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type UpReport, type UpStep, upReportSchema } from '../../flows/up/up-report.ts'
import { documentOf } from '../published-schemas.ts'
import type { CommandResult } from '../running-command.ts'
import { startStopped } from '../stopped-command.ts'
import { type ClusterShop, createClusterShop } from './cluster-shop.ts'
import { noCluster, onCluster } from './test-cluster.ts'

let shop: ClusterShop
const words = ['up', '--env', 'dev'] as const

beforeAll(async () => {
  if (noCluster === null) shop = await createClusterShop()
})
afterAll(() => shop?.close())

const reportOf = (result: CommandResult): UpReport => {
  const document = documentOf(result)
  if (!document.ok) throw new Error(result.stdout)
  return upReportSchema.parse(document.result)
}

const states = ({ steps }: UpReport) =>
  Object.fromEntries(steps.flatMap(({ step, state }) => (state === 'skipped' ? [] : [[step, state]])))

/** AWS' steps have no place here, and what runs beside the shop has a test of its own. */
const taken: readonly UpStep[] = ['cluster', 'namespaces', 'settings', 'services', 'ready', 'endpoints', 'smoke']

describe.skipIf(noCluster !== null)(onCluster('the whole way to an empty namespace'), () => {
  test('a dry run says what would be made and makes nothing', async () => {
    const result = await shop.run([...words, '--dry-run', '--json'])
    expect(result.code, result.stderr).toBe(2)
    expect(states(reportOf(result))).toMatchObject({
      cluster: 'done',
      namespaces: 'would-change',
      services: 'would-change',
    })
    expect(await shop.pods()).toEqual([])
  })

  test('interrupted at each step and typed again it comes to its end, and nothing is done twice', async () => {
    for (const step of taken) {
      const command = await startStopped(shop, words, { stopAt: [step] })
      await command.interrupt('SIGTERM')
      const { code, stderr } = await command.finish()
      expect({ step, code, stderr }).toEqual({ step, code: 130, stderr: expect.stringContaining('up stopped at') })
    }
    const result = await shop.run([...words, '--json'])
    expect(result.code, result.stderr).toBe(0)
    expect(reportOf(result)).toMatchObject({ outcome: 'up', resumed: { stoppedAt: 'smoke' } })
    expect(states(reportOf(result))).toMatchObject({ namespaces: 'found-done', services: 'found-done', smoke: 'done' })
    expect(await shop.records()).toMatchObject([{ number: 1, state: 'succeeded' }])
  })
})
