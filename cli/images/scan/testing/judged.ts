import { readFileSync } from 'node:fs'
import { parseReport } from '../parse-report.ts'
import type { ScanDocument } from '../scan-document.ts'
import { type ScanKind, scanPolicyOf } from '../scan-policy.ts'
import { scanVerdict } from '../scan-verdict.ts'
import type { Waiver } from '../waivers.ts'
import { recordedReport } from './install-fake-trivy.ts'

export const findingsOf = (name: string) => parseReport(readFileSync(recordedReport(name), 'utf8'), { subject: name })

export const waiver = (changes: Partial<Waiver> = {}): Waiver => ({
  kind: 'vulnerability',
  id: 'CVE-2026-10001',
  paths: [],
  purls: [],
  reason: 'the function is never called',
  expiresAt: '2026-09-01T00:00:00.000Z',
  ...changes,
})

type Changes = { readonly kind?: ScanKind; readonly waivers?: readonly Waiver[] }

/** A recorded report as the scan of `users` would have judged it on the first of August. */
export const documentOf = (name: string, { kind = 'image', waivers = [] }: Changes = {}): ScanDocument => {
  const { findings, packages } = parseReport(readFileSync(recordedReport(name), 'utf8'), { subject: 'users' })
  const now = new Date('2026-08-01T12:00:00Z')
  return {
    schema: 'shopctl.scan/1',
    subject: 'users',
    kind,
    digest: kind === 'image' ? `sha256:${'ab'.repeat(32)}` : null,
    policyOf: 'staging',
    scanner: { name: 'trivy', version: '0.70.0', database: { updatedAt: '2026-08-01T06:00:00.000Z' } },
    scannedAt: now.toISOString(),
    packages,
    ...scanVerdict(findings, { policy: scanPolicyOf('staging'), waivers, now }),
  }
}
