import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { edgeSettingsHash, readEdgeSettings } from './edge-settings.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'edge-settings-'))
})
afterAll(() => rm(directory, { recursive: true }))

test('the edge is told what every service is told of tracing, and nothing of one service or of secrets', async () => {
  const file = join(directory, 'settings.env')
  const lines = [
    '# mine',
    'OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318',
    ' OTEL_TRACES_SAMPLER_ARG=0.5 ',
    'orders.LOG_LEVEL=debug',
    'STRIPE_SECRET_KEY=sk_live_1',
    'no setting at all',
  ]
  await writeFile(file, lines.join('\n'))
  expect(await readEdgeSettings(file)).toEqual({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
    OTEL_TRACES_SAMPLER_ARG: '0.5',
  })
})

test('without a file there are none, and an edge of before is as it should be', async () => {
  const none = await readEdgeSettings(join(directory, 'nowhere.env'))
  expect([none, edgeSettingsHash(none)]).toEqual([{}, null])
  const [one, other] = ['0.1', '1'].map((ratio) => edgeSettingsHash({ OTEL_TRACES_SAMPLER_ARG: ratio }))
  expect(one).toMatch(/^[0-9a-f]{20}$/)
  expect(one).not.toBe(other)
})
