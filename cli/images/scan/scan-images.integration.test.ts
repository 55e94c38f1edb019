import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runTool } from '../../tools/run-tool.ts'
import type { RunTool } from '../../tools/tool-call.ts'
import type { ScanNotice } from './open-scanner.ts'
import { type ScanImagesMeans, scanImages } from './scan-images.ts'
import { type FakeTrivy, installFakeTrivy, recordedReport } from './testing/install-fake-trivy.ts'
import { writeLayout } from './testing/write-layout.ts'

let root = ''
let trivy: FakeTrivy
let said: ScanNotice[] = []

const means = (changes: Partial<ScanImagesMeans> = {}): ScanImagesMeans => ({
  environment: 'staging',
  requirement: 'required',
  // execa looks a program up on the PATH that the program will get.
  runTool,
  reportsDirectory: join(root, 'reports'),
  cacheDirectory: join(root, 'cache'),
  waiversFile: join(root, '.trivyignore.yaml'),
  variables: { PATH: trivy.path, HTTPS_PROXY: 'http://proxy.example:3128' },
  now: () => new Date('2026-08-01T12:00:00Z'),
  say: (notice) => said.push(notice),
  signal: new AbortController().signal,
  ...changes,
})

const image = (service: string) => {
  const layoutDirectory = join(root, `layout-${service}`)
  return { service, layoutDirectory, digest: writeLayout(layoutDirectory, service) }
}

const clean = { image: recordedReport('image-clean') }
const scansOf = () => trivy.calls().filter(({ args }) => args.includes('--input'))

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'shopctl scan '))
  trivy = installFakeTrivy(join(root, 'bin'))
  said = []
})

afterEach(() => rmSync(root, { recursive: true }))

describe('no verdict is never a pass', () => {
  test.each([
    ['empty', 'its report is empty'],
    ['truncated', 'cut off or not JSON'],
    ['no file', 'wrote no report'],
    ['report and exit 1', 'ended with 1'],
    ['killed', 'ended with 137'],
    ['wrong schema', 'SchemaVersion'],
  ] as const)('%s', async (scan, words) => {
    trivy.plan({ scan, reports: clean })
    const error = await scanImages([image('users')], means()).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'SCAN_FAILED', outcome: 'refused' })
    expect(error).toHaveProperty('message', expect.stringContaining('users'))
    expect(JSON.stringify(error)).toContain(words)
  })

  test('a scanner that recognised nothing in the image', async () => {
    trivy.plan({ reports: { image: recordedReport('nothing') } })
    const error = await scanImages([image('users')], means()).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'SCAN_FAILED', why: [expect.stringContaining('recognised nothing')] })
  })

  test('a scanner that does not end', async () => {
    trivy.plan({ scan: 'hang' })
    const impatient: RunTool = (call, signal) =>
      runTool({ ...call, timeoutSeconds: call.args.includes('--input') ? 0.5 : 20 }, signal)
    const error = await scanImages([image('users')], means({ runTool: impatient })).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'SCAN_FAILED', outcome: 'refused' })
  })

  test('a layout that does not hold the digest', async () => {
    const wrong = { ...image('users'), digest: `sha256:${'0'.repeat(64)}` }
    await expect(scanImages([wrong], means())).rejects.toMatchObject({ code: 'SCAN_FAILED' })
    expect(scansOf()).toEqual([])
  })

  test('no database and none to be had', async () => {
    trivy.plan({ download: 'fails' })
    await expect(scanImages([image('users')], means())).rejects.toMatchObject({
      code: 'SCAN_FAILED',
      why: expect.arrayContaining([expect.stringContaining('failed to download vulnerability DB')]),
    })
  })
})

test.each(['0.69.4', 'v0.69.5', '0.69.6', '0.69.4-1', '0.50.0', 'dev'])('trivy %s is refused', async (version) => {
  trivy.plan({ version })
  const asked = scanImages([image('users')], means({ requirement: 'where-installed' }))
  await expect(asked).rejects.toMatchObject({ code: 'SCANNER_REFUSED', outcome: 'refused' })
  expect(trivy.calls().map(({ args }) => args[0])).toEqual(['version'])
})

test('the scanner gets no credential, no foreign setting and a home of its own', async () => {
  const secrets = { AWS_SECRET_ACCESS_KEY: 'canary-1', GITHUB_TOKEN: 'canary-2', TRIVY_PASSWORD: 'canary-3' }
  const hiding = { TRIVY_SEVERITY: 'CRITICAL', TRIVY_IGNOREFILE: 'canary-4', HOME: '/home/canary-5' }
  await scanImages([image('users')], means({ variables: { ...means().variables, ...secrets, ...hiding } }))
  const calls = trivy.calls()
  expect(calls.length).toBeGreaterThan(3)
  for (const { env, cwd } of calls) {
    expect(Object.keys(env).sort()).toEqual(['HOME', 'HTTPS_PROXY', 'PATH', 'TMPDIR'])
    expect(JSON.stringify(env)).not.toContain('canary')
    expect(env.HOME).toBe(cwd)
  }
})

test('scans at the same time download one after the other and do not fight over a cache', async () => {
  trivy.plan({ reports: clean })
  const first = scanImages([image('users'), image('catalog'), image('orders')], means())
  const second = scanImages([image('users')], means({ reportsDirectory: join(root, 'others') }))
  const records = (await Promise.all([first, second])).flat()
  expect(records.map(({ service, verdict }) => `${service} ${verdict}`)).toEqual([
    'users passed',
    'catalog passed',
    'orders passed',
    'users passed',
  ])
  expect(trivy.calls().filter(({ args }) => args.includes('--download-db-only'))).toHaveLength(2)
})

test('each platform of the index is scanned, and a finding of both is one', async () => {
  const [record] = await scanImages([image('users')], means())
  expect(scansOf()).toHaveLength(2)
  expect(record).toMatchObject({
    service: 'users',
    verdict: 'blocked',
    counts: { CRITICAL: 1, HIGH: 1, MEDIUM: 0, LOW: 1, UNKNOWN: 0 },
    blocking: ['CVE-2026-10001', 'CVE-2026-10002'],
    scanner: { name: 'trivy', version: '0.70.0', database: { updatedAt: '2026-08-01T06:00:00.123Z' } },
    why: 'CRITICAL CVE-2026-10001 in libsample 2.41-1 (fixed in 2.41-2) and 1 more',
  })
  expect(readdirSync(join(root, 'reports')).sort()).toEqual([
    'users.scan.cdx.json',
    'users.scan.html',
    'users.scan.json',
    'users.scan.sarif.json',
    'users.scan.txt',
  ])
})

test('what passed is not scanned again for a day, what was blocked is', async () => {
  const users = image('users')
  trivy.plan({ reports: clean })
  const [first] = await scanImages([users], means())
  const calls = trivy.calls().length
  expect(await scanImages([users], means())).toEqual([first])
  expect(trivy.calls()).toHaveLength(calls)

  await scanImages([users], means({ now: () => new Date('2026-08-02T12:00:01Z') }))
  expect(trivy.calls().length).toBeGreaterThan(calls)
  const catalog = image('catalog')
  trivy.plan({})
  await scanImages([catalog], means())
  const blocked = scansOf().length
  await scanImages([catalog], means())
  expect(scansOf().length).toBe(blocked + 2)
})

test('a waiver lets pass until it expires, also what is known of the digest', async () => {
  const users = image('users')
  const waiver = (id: string, day: string) => `  - id: ${id}\n    statement: not reachable\n    expired_at: ${day}\n`
  const text = `vulnerabilities:\n${waiver('CVE-2026-10001', '2026-08-02')}${waiver('CVE-2026-10002', '2026-09-01')}`
  writeFileSync(join(root, '.trivyignore.yaml'), text)
  const [passed] = await scanImages([users], means())
  expect(passed).toMatchObject({ verdict: 'passed', waived: ['CVE-2026-10001', 'CVE-2026-10002'], blocking: [] })
  const [later] = await scanImages([users], means({ now: () => new Date('2026-08-02T00:00:00Z') }))
  expect(later).toMatchObject({ verdict: 'blocked', blocking: ['CVE-2026-10001'] })
  expect(said.map(({ message }) => message)).toContain(
    'The waiver for CVE-2026-10001 expired on 2026-08-02 and does not hold for users.',
  )
})

test('a waiver without a reason stops before anything is scanned', async () => {
  writeFileSync(join(root, '.trivyignore.yaml'), 'vulnerabilities:\n  - id: CVE-2026-10001\n')
  await expect(scanImages([image('users')], means())).rejects.toMatchObject({ code: 'WAIVERS_REFUSED' })
  expect(trivy.calls()).toEqual([])
})

test('where it is required a missing scanner refuses, elsewhere nothing is scanned and it is said', async () => {
  const users = image('users')
  const without = { variables: { PATH: '/nowhere' } }
  await expect(scanImages([users], means(without))).rejects.toMatchObject({
    code: 'TOOL_MISSING',
    outcome: 'refused',
    fix: [expect.stringContaining('install')],
  })
  const [record] = await scanImages([users], means({ ...without, environment: 'dev', requirement: 'where-installed' }))
  expect(record).toMatchObject({ verdict: 'not-scanned', scanner: null, report: null })
  expect(said).toEqual([expect.objectContaining({ type: 'warning', message: expect.stringContaining('not scanned') })])
})

test('a database that cannot be refreshed is used and said, and so is its age', async () => {
  const users = image('users')
  trivy.plan({ reports: clean, databaseUpdatedAt: '2026-07-20T06:00:00Z' })
  await scanImages([users], means())
  trivy.plan({ reports: clean, download: 'fails' })
  said = []
  const [record] = await scanImages([users], means({ now: () => new Date('2026-08-03T12:00:00Z') }))
  expect(record?.verdict).toBe('passed')
  expect(said.map(({ message }) => message)).toEqual([
    'The vulnerability database could not be refreshed; it is of 2026-07-20T06:00:00.000Z.',
    'users was scanned with a vulnerability database that is 14 days old.',
  ])
})
