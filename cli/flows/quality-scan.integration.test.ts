import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { scannerCall } from '../quality/scanner-call.ts'
import { coverageFile, reportTaskFile, sonarSettings } from '../quality/sonar-settings.ts'
import { type FakeScanner, installFakeScanner } from '../quality/testing/install-fake-scanner.ts'
import { renderToolCall } from '../tools/tool-call.ts'
import { qualityScan } from './quality-scan.ts'
import { failureOf } from './testing/failure-of.ts'

const token = 'squ_canary0123456789'
const url = 'https://sonar.example/sonar'
let root = ''
let scanner: FakeScanner
let kept: string[] = []

const write = (path: string, text: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}
const scan = (variables: Record<string, string> = { SONAR_HOST_URL: `${url}/`, SONAR_TOKEN: token }) =>
  qualityScan({
    repository: root,
    variables,
    reporter: { emit: () => undefined },
    keepSecret: (secret) => kept.push(secret),
    signal: new AbortController().signal,
  })

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'shopctl quality scan '))
  for (const folder of ['cli', 'services']) mkdirSync(join(root, folder))
  write(coverageFile, 'TN:\n')
  kept = []
  scanner = installFakeScanner(join(root, 'bin'))
  vi.stubEnv('PATH', scanner.path)
  return () => vi.unstubAllEnvs()
})
afterEach(() => rmSync(root, { recursive: true }))

test('the scanner gets this repository, its coverage, and the token only by environment', async () => {
  const result = await scan()
  expect(result).toMatchObject({ projectKey: 'shop', ceTaskId: 'AYhSC2-LY0CHkWJxvNA9', serverUrl: url })
  expect(result.file).toBe(join(root, reportTaskFile))
  const [call] = scanner.calls()
  expect(call).toMatchObject({ cwd: root, url })
  expect(call?.settings).toMatchObject({
    'sonar.sources': 'bin,cli,services',
    'sonar.javascript.lcov.reportPaths': 'reports/coverage/lcov.info',
  })
  expect(kept).toEqual([token])
  expect(renderToolCall(scannerCall(root, { url, token }))).not.toContain(token)
})

test('a file is never source and test at once, which the scanner refuses', () => {
  const settings = sonarSettings(() => true)
  const tests = settings['sonar.test.inclusions']?.split(',') ?? []
  expect(tests.length).toBeGreaterThan(0)
  expect(settings['sonar.exclusions']?.split(',')).toEqual(expect.arrayContaining(tests))
})

test('without coverage nothing is scanned: SonarQube would take it for none', async () => {
  rmSync(join(root, coverageFile))
  const failure = await failureOf(scan())
  expect(failure).toMatchObject({ code: 'COVERAGE_MISSING', exitCode: 3, fix: ['bin/test unit --coverage'] })
})

test('both variables that are missing are named at once', async () => {
  const failure = await failureOf(scan({}))
  expect(failure).toMatchObject({ code: 'SONAR_NOT_CONFIGURED', exitCode: 3 })
  expect(failure.why).toEqual(['SONAR_HOST_URL is not set.', 'SONAR_TOKEN is not set.'])
})

test('a scanner that is not on the machine is said with what to type', async () => {
  vi.stubEnv('PATH', '/usr/bin:/bin')
  const failure = await failureOf(scan())
  expect(failure).toMatchObject({ code: 'TOOL_MISSING', exitCode: 3 })
  expect(failure.fix.join()).toContain('sonar-scanner')
})

test('a scan that is refused leaves no older analysis for the gate, and shows no token', async () => {
  write(reportTaskFile, 'ceTaskId=of-yesterday\n')
  vi.stubEnv('SHOPCTL_FAKE_SCANNER', 'unauthorised')
  const failure = await failureOf(scan())
  expect(failure).toMatchObject({ code: 'QUALITY_SCAN_FAILED', exitCode: 3 })
  expect(failure.why.join('\n')).toContain('failed with HTTP 401 ([redacted])')
  expect(failure.why.at(-1)).toBe('sonar-scanner exited 2.')
  expect(existsSync(join(root, reportTaskFile))).toBe(false)
})

test('a scanner that ends well and leaves nothing has sent nothing', async () => {
  vi.stubEnv('SHOPCTL_FAKE_SCANNER', 'silent')
  expect(await failureOf(scan())).toMatchObject({ code: 'QUALITY_SCAN_FAILED' })
  expect(readFileSync(join(root, coverageFile), 'utf8')).toBe('TN:\n')
})
