import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ScanNotice } from '../images/scan/open-scanner.ts'
import { type FakeTrivy, installFakeTrivy, recordedReport } from '../images/scan/testing/install-fake-trivy.ts'
import { writeLayout } from '../images/scan/testing/write-layout.ts'
import { scanView } from '../output/views/scan-view.ts'
import { type ScanFlowRequest, scan } from './scan.ts'

let root = ''
let trivy: FakeTrivy
let said: ScanNotice[] = []

const request = (changes: Partial<ScanFlowRequest> = {}): ScanFlowRequest => ({
  kind: 'all',
  path: null,
  image: null,
  policyOf: 'prod',
  formats: ['json', 'table'],
  repository: root,
  variables: { PATH: trivy.path },
  say: (notice) => said.push(notice),
  now: new Date('2026-08-01T12:00:00Z'),
  signal: new AbortController().signal,
  ...changes,
})

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'shopctl scan flow '))
  trivy = installFakeTrivy(join(root, 'bin'))
  said = []
})

afterEach(() => rmSync(root, { recursive: true }))

test('everything is scanned, each kind has its reports, and any that blocks blocks', async () => {
  const result = await scan(request())
  expect(result.verdict).toBe('blocked')
  expect(result.scans.map(({ document }) => `${document.subject} ${document.verdict}`)).toEqual([
    'dependencies blocked',
    'secrets blocked',
    'configuration blocked',
  ])
  expect(readdirSync(join(root, 'reports')).sort()).toEqual([
    'configuration.scan.json',
    'configuration.scan.txt',
    'dependencies.scan.json',
    'dependencies.scan.txt',
    'secrets.scan.json',
    'secrets.scan.txt',
  ])
  const text = scanView(result)
  expect(text).toContain('CVE-2026-10005 in @sample/yard 4.0.0')
  expect(text).toMatch(/Blocked by 3 findings\.$/)
})

test('of a secret no report holds a line of the file', async () => {
  await scan(request({ kind: 'secrets', formats: ['json', 'table', 'html', 'sarif', 'sbom'] }))
  const texts = readdirSync(join(root, 'reports')).map((name) => readFileSync(join(root, 'reports', name), 'utf8'))
  expect(texts).toHaveLength(5)
  expect(texts.join('')).not.toContain('canary')
})

test('without dependencies to look up nothing is downloaded, and a tree without secrets passes', async () => {
  trivy.plan({ reports: { secrets: recordedReport('nothing') } })
  expect((await scan(request({ kind: 'secrets' }))).verdict).toBe('passed')
  expect(trivy.calls().map(({ args }) => args[0])).toEqual(['version', 'fs'])
})

test('configuration in which nothing was recognised is no pass', async () => {
  trivy.plan({ reports: { config: recordedReport('nothing') } })
  await expect(scan(request({ kind: 'config' }))).rejects.toMatchObject({ code: 'SCAN_FAILED' })
})

test('an OCI layout is scanned by its folder', async () => {
  const layout = join(root, 'users')
  const digest = writeLayout(layout, 'users')
  const { scans } = await scan(request({ kind: 'image', path: layout }))
  expect(scans[0]?.document).toMatchObject({ subject: 'users', digest, verdict: 'blocked' })
})

test('a waiver that only one kind of scan needs is used; one that none needs is said', async () => {
  const waiver = (id: string) => `  - { id: ${id}, statement: of a test, expired_at: 2026-09-01 }\n`
  writeFileSync(
    join(root, '.trivyignore.yaml'),
    `vulnerabilities:\n${waiver('CVE-2026-10005')}${waiver('CVE-1999-0001')}misconfigurations:\n${waiver('DS-0002')}`,
  )
  const { unusedWaivers } = await scan(request())
  expect(unusedWaivers.map(({ id }) => id)).toEqual(['CVE-1999-0001'])
})

test('an image that nobody named is wrong usage', async () => {
  await expect(scan(request({ kind: 'image' }))).rejects.toMatchObject({ code: 'IMAGE_MISSING', outcome: 'usage' })
  expect(trivy.calls()).toEqual([])
})
