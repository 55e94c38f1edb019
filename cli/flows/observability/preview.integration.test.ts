import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  noPrometheus,
  type RealPrometheus,
  startRealPrometheus,
} from '../../../observability/testing/real-prometheus.ts'
import { environments } from '../../../stacks/environments.ts'
import { previewView } from '../../output/views/preview-view.ts'
import { failureOf } from '../testing/failure-of.ts'
import { scriptedMeans } from '../testing/scripted-means.ts'
import { withRelease1 } from '../testing/with-release.ts'
import { preview, previewOutcome } from './preview.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shopctl-preview-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

type Look = { readonly output?: string; readonly dashboard?: string; readonly url: string; readonly typed?: string }

const look = async (request: Look) => {
  const { platform } = await withRelease1()
  const { output = join(folder, 'page.html'), dashboard = null, url, typed = null } = request
  const variables = { SHOPCTL_PROMETHEUS_URL: url }
  // A picture ends at a round time: this one's is not before what was recorded a moment ago.
  const now = () => new Date(Date.now() + 15_000)
  return preview(
    { output, dashboard, minutes: 5, environment: environments.local, prometheus: typed, variables },
    { ...scriptedMeans(platform).means, now },
  )
}

test('a dashboard that is none is told with those that are, before anybody is asked', async () => {
  const failure = await failureOf(look({ dashboard: 'Overview', url: 'http://127.0.0.1:1' }))
  expect(failure).toMatchObject({ code: 'UNKNOWN_DASHBOARD', outcome: 'usage' })
  expect(failure.why).toContain('shopctl-overview  E-Commerce Overview')
})

test.each(['notaurl', 'ftp://me:secret@host', ''])('--prometheus "%s" is wrong usage of that flag', async (typed) => {
  const failure = await failureOf(look({ typed, url: 'http://127.0.0.1:1' }))
  expect(failure).toMatchObject({ code: 'PROMETHEUS_URL', outcome: 'usage' })
  expect(failure.message).toMatch(/^--prometheus is no address/)
  expect(failure.fix).toEqual([expect.stringMatching(/--env local --prometheus http:.* --out .*page\.html$/)])
  expect([failure.message, ...failure.why, ...failure.fix].join()).not.toContain('secret')
})

test('a Prometheus that is silent leaves no page', async () => {
  const failure = await failureOf(look({ url: 'http://127.0.0.1:1' }))
  expect(failure).toMatchObject({ code: 'PROMETHEUS_SILENT', outcome: 'unknown' })
  await expect(readFile(join(folder, 'page.html'))).rejects.toThrow('ENOENT')
})

const title = `a real Prometheus${noPrometheus === null ? '' : ` (skipped: ${noPrometheus})`}`
describe.skipIf(noPrometheus !== null)(title, () => {
  let real: RealPrometheus
  beforeAll(async () => {
    // The name of a shop's metric without the shop: what is drawn is what was recorded.
    const rules = [{ record: 'prometheus_tsdb_head_series', expr: 'vector(4711)' }]
    const scrape = { global: {}, rule_files: ['rules/*.yml'], scrape_configs: [{ job_name: 'none' }] }
    const alertmanager = { route: { receiver: 'anybody' }, receivers: [{ name: 'anybody' }] }
    real = await startRealPrometheus({
      files: [
        { path: 'prometheus/prometheus.yml', text: JSON.stringify(scrape) },
        { path: 'prometheus/rules/one.yml', text: JSON.stringify({ groups: [{ name: 'one', rules }] }) },
        { path: 'alertmanager/alertmanager.yml', text: JSON.stringify(alertmanager) },
      ],
    })
  })
  afterAll(() => real?.end())

  test('what it knows is drawn, and what it does not know is said', async () => {
    const capacityNow = () => look({ url: real.url, dashboard: 'Capacity' })
    const isRecorded = async () => (await capacityNow()).dashboards[0]?.empty.includes('Series in memory') === false
    await expect.poll(isRecorded, { timeout: 15_000, interval: 200 }).toBe(true)
    const report = await capacityNow()
    const [capacity] = report.dashboards
    expect(capacity).toMatchObject({ uid: 'shopctl-capacity', panels: 9 })
    expect(capacity?.empty).toContain('CPU Usage')
    const page = await readFile(report.output, 'utf8')
    expect(page).toContain('series: 4,711')
    expect(page).toContain('No data in this time.')
    expect(Buffer.byteLength(page)).toBe(report.bytes)
    expect(previewOutcome(report)).toBe('done')
  })

  test('a page on which nothing at all is known is no answer', async () => {
    const report = await look({ url: real.url, dashboard: 'E-Commerce Overview' })
    expect(previewOutcome(report)).toBe('unknown')
    expect(previewView(report, { width: null })).toContain('knows nothing of what these panels ask')
  })

  test('a place that cannot be written to is refused with its reason', async () => {
    const failure = await failureOf(
      look({ url: real.url, dashboard: 'Capacity', output: join(folder, 'page.html', 'x') }),
    )
    expect(failure).toMatchObject({ code: 'PREVIEW_NOT_WRITTEN', outcome: 'refused' })
  })
})
