import { join } from 'node:path'
import { expect, test } from 'vitest'
import { renderHtml } from './render-html.ts'
import { renderSarif } from './render-sarif.ts'
import { renderSbom } from './render-sbom.ts'
import { renderTable } from './render-table.ts'
import { documentOf, waiver } from './testing/judged.ts'

const golden = (name: string): string => join(import.meta.dirname, 'golden', name)
const users = documentOf('image', {
  waivers: [waiver(), waiver({ id: 'CVE-1999-0001' }), waiver({ id: 'CVE-2', expiresAt: '2026-07-01T00:00:00.000Z' })],
})

test.each([
  ['users.scan.txt', renderTable(users)],
  ['users.scan.html', renderHtml(users)],
  ['users.scan.sarif.json', renderSarif(users)],
  ['users.scan.cdx.json', renderSbom(users)],
  ['secrets.scan.txt', renderTable(documentOf('secrets', { kind: 'secrets' }))],
  ['dockerfile.scan.sarif.json', renderSarif(documentOf('dockerfile', { kind: 'config' }))],
])('%s', async (name, text) => {
  await expect(text).toMatchFileSnapshot(golden(name))
})

test('no line of the table is wider than 80 columns', () => {
  const widest = Math.max(
    ...renderTable(users)
      .split('\n')
      .map((line) => [...line].length),
  )
  expect(widest).toBeLessThanOrEqual(80)
})

test('the words of a vulnerability are text in the page, never markup', () => {
  const page = renderHtml(users)
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  expect(page).not.toContain('<script')
})

test('an address that is none of the web is not a link', () => {
  const [first, ...rest] = users.findings
  const findings = first === undefined ? [] : [{ ...first, url: 'javascript:alert(1)' }, ...rest]
  expect(renderHtml({ ...users, findings })).not.toContain('javascript:')
})

test('two SBOMs of the same contents have the same number, of others another', () => {
  const number = (text: string) => /urn:uuid:[0-9a-f-]{36}/.exec(text)?.[0]
  expect(number(renderSbom({ ...users, scannedAt: '2027-01-01T00:00:00Z' }))).toBe(number(renderSbom(users)))
  expect(number(renderSbom({ ...users, packages: users.packages.slice(1) }))).not.toBe(number(renderSbom(users)))
})
