import { expect, test } from 'vitest'
import { parseWaivers } from './waivers.ts'

const file = '.trivyignore.yaml'
const refusal = (text: string): unknown => {
  try {
    return parseWaivers(text, file)
  } catch (error) {
    return error
  }
}

test('entries of every kind are read, with a day or a moment as their end', () => {
  const text = `
vulnerabilities:
  - id: CVE-2026-10001
    purls: ["pkg:npm/left-sample"]
    statement: "  not reachable "
    expired_at: 2026-09-01
misconfigurations:
  - id: DS-0002
    paths: [Dockerfile]
    statement: the agent starts containers
    expired_at: 2026-09-01T10:00:00+02:00
secrets:
licenses:
  - id: MIT
`
  expect(parseWaivers(text, file)).toEqual([
    {
      kind: 'vulnerability',
      id: 'CVE-2026-10001',
      paths: [],
      purls: ['pkg:npm/left-sample'],
      reason: 'not reachable',
      expiresAt: '2026-09-01T00:00:00.000Z',
    },
    {
      kind: 'misconfiguration',
      id: 'DS-0002',
      paths: ['Dockerfile'],
      purls: [],
      reason: 'the agent starts containers',
      expiresAt: '2026-09-01T08:00:00.000Z',
    },
  ])
})

test('an empty file has none', () => {
  expect(parseWaivers('', file)).toEqual([])
})

test('every entry without a reason or an expiry is named at once', () => {
  const text = `vulnerabilities:
  - { id: CVE-1, expired_at: 2026-09-01 }
  - { id: CVE-2, statement: " ", expired_at: 2026-09-01 }
secrets:
  - { id: sample-token, statement: of a test }
`
  expect(refusal(text)).toMatchObject({
    code: 'WAIVERS_REFUSED',
    outcome: 'refused',
    why: [
      expect.stringContaining('CVE-1 has no reason'),
      expect.stringContaining('CVE-2 has no reason'),
      expect.stringContaining('sample-token has no expiry'),
    ],
  })
})

test.each([
  ['a misspelt field', 'vulnerabilities: [{id: CVE-1, expire_at: 2026-09-01, statement: x}]'],
  ['a misspelt list', 'vulnerabilites: []'],
  ['a day that is none', 'vulnerabilities: [{id: CVE-1, expired_at: soon, statement: x}]'],
  ['a package that is none', 'vulnerabilities: [{id: CVE-1, purls: [left], expired_at: 2026-09-01, statement: x}]'],
  ['the format of plain .trivyignore', 'CVE-1\nCVE-2'],
  ['what is not YAML', 'vulnerabilities: [\n'],
])('%s is refused', (_, text) => {
  expect(refusal(text)).toMatchObject({ code: 'WAIVERS_REFUSED' })
})
