import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseReport } from './parse-report.ts'
import { findingsOf } from './testing/judged.ts'

test('vulnerabilities come with package, remedy and age, under the name of the subject', () => {
  const { findings, packages, recognised } = findingsOf('image')
  expect(findings[1]).toEqual({
    kind: 'vulnerability',
    id: 'CVE-2026-10001',
    severity: 'CRITICAL',
    title: expect.stringMatching(/^A stack of libsample/),
    target: 'image (debian 13.1)',
    line: null,
    package: {
      name: 'libsample',
      version: '2.41-1',
      purl: 'pkg:deb/debian/libsample@2.41-1?arch=amd64&distro=debian-13.1',
    },
    path: null,
    fixedVersion: '2.41-2',
    publishedAt: '2025-08-01T09:00:00Z',
    resolution: null,
    url: 'https://example.org/CVE-2026-10001',
    suppressed: null,
  })
  expect(packages.map(({ name }) => name)).toEqual(['libsample', 'sample-tools', 'left-sample'])
  expect(recognised).toEqual(['os-pkgs', 'lang-pkgs'])
})

test('what the scanner suppressed is kept as suppressed; licenses are not findings', () => {
  const suppressed = findingsOf('image').findings.filter((found) => found.suppressed !== null)
  expect(suppressed).toEqual([
    expect.objectContaining({ id: 'CVE-2026-10004', suppressed: 'vulnerable_code_not_in_execute_path' }),
  ])
})

test('of checks only those that failed are findings', () => {
  expect(findingsOf('dockerfile').findings).toEqual([
    expect.objectContaining({ kind: 'misconfiguration', id: 'DS-0002', target: 'Dockerfile', line: 4 }),
  ])
})

test('of a secret nothing of the file is kept: the lines around it may show another', () => {
  const report = findingsOf('secrets')
  expect(report.findings).toEqual([expect.objectContaining({ kind: 'secret', id: 'sample-token', line: 7 })])
  expect(JSON.stringify(report)).not.toMatch(/canary|\*\*\*/)
})

test.each([
  ['nothing', ''],
  ['null', 'null'],
  ['an array, as before 2021', '[]'],
  ['half of it', '{"SchemaVersion": 2, "ArtifactName": "a", "Results": [{'],
  ['another schema', '{"SchemaVersion": 3, "ArtifactName": "a", "ArtifactType": "filesystem"}'],
  ['an object without anything', '{}'],
  [
    'a severity that nobody knows',
    '{"SchemaVersion":2,"ArtifactName":"a","ArtifactType":"b","Results":[{"Target":"c","Secrets":[{"RuleID":"d","Severity":"SEVERE"}]}]}',
  ],
])('%s is no report', (_, text) => {
  expect(() => parseReport(text, { subject: 'users' })).toThrow()
})

const real = process.env.SHOPCTL_TRIVY_REPORTS

describe.skipIf(real === undefined)('real reports (skipped without SHOPCTL_TRIVY_REPORTS)', () => {
  const folder = real ?? '.'
  const files = real === undefined ? [] : readdirSync(folder).filter((name) => /^(?!.*cyclonedx).*\.json$/.test(name))
  test.each(files)('%s is read', (name) => {
    const { findings } = parseReport(readFileSync(join(folder, name), 'utf8'), { subject: 'users' })
    expect(findings.length).toBeGreaterThan(0)
    expect(findings.every(({ id, title }) => id !== '' && title !== '')).toBe(true)
  })
})
