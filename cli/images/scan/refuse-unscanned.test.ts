import { expect, test } from 'vitest'
import { countOfNothing, type ScanRecord } from '../../releases/scan-record.ts'
import { recordOf } from './record-of.ts'
import { refuseUnscanned } from './refuse-unscanned.ts'
import { documentOf, waiver } from './testing/judged.ts'

const digest = `sha256:${'ab'.repeat(32)}`
const blocked = recordOf(documentOf('image'), { digest, report: 'reports/users.scan.txt' })
const waivers = [waiver(), waiver({ id: 'CVE-2026-10002' })]
const passed = recordOf(documentOf('image', { waivers }), { digest, report: 'reports/users.scan.txt' })
const unscanned: ScanRecord = {
  ...passed,
  verdict: 'not-scanned',
  counts: countOfNothing,
  report: null,
  why: 'no trivy',
}

const refusal = (work: () => void): unknown => {
  try {
    return work()
  } catch (error) {
    return error
  }
}

test('a blocked image is refused with its worst finding, its remedy and its report', () => {
  expect(refusal(() => refuseUnscanned([passed, blocked], 'required'))).toMatchObject({
    code: 'SCAN_BLOCKED',
    exitCode: 5,
    message: "users's image abababababab is blocked by the scan; nothing was changed.",
    why: [
      'users: CRITICAL CVE-2026-10001 in libsample 2.41-1 (fixed in 2.41-2) and 1 more',
      expect.stringContaining('.trivyignore.yaml'),
    ],
    fix: ['cat reports/users.scan.txt'],
  })
})

test('what passed goes on, and what was waived is recorded', () => {
  expect(refusal(() => refuseUnscanned([passed], 'required'))).toBeUndefined()
  expect(passed).toMatchObject({ verdict: 'passed', waived: ['CVE-2026-10001', 'CVE-2026-10002'] })
})

test('an unscanned image is refused only where a scan is required', () => {
  expect(refusal(() => refuseUnscanned([unscanned], 'required'))).toMatchObject({ code: 'SCAN_BLOCKED' })
  expect(refusal(() => refuseUnscanned([unscanned], 'where-installed'))).toBeUndefined()
})

test('a record keeps at most 20 identifiers', () => {
  const document = documentOf('image')
  const [worst] = document.blocking
  const blocking = Array.from({ length: 30 }, (_, index) => (worst ? [{ ...worst, id: `CVE-${index}` }] : [])).flat()
  expect(recordOf({ ...document, blocking }, { digest, report: null }).blocking).toHaveLength(20)
})
