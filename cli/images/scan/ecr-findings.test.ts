import { expect, test } from 'vitest'
import { ecrFindings } from './ecr-findings.ts'

const of = (imageScanFindings: unknown, status = 'COMPLETE') =>
  ecrFindings({ $metadata: {}, imageScanStatus: { status }, imageScanFindings }, { subject: 'users' })

test('a basic scan tells the package in attributes', () => {
  const attributes = [
    { key: 'package_name', value: 'libsample' },
    { key: 'package_version', value: '2.41-1' },
  ]
  expect(of({ findings: [{ name: 'CVE-2026-10001', severity: 'HIGH', attributes }] })).toEqual([
    expect.objectContaining({
      kind: 'vulnerability',
      id: 'CVE-2026-10001',
      severity: 'HIGH',
      package: { name: 'libsample', version: '2.41-1', purl: null },
      fixedVersion: null,
    }),
  ])
})

test('an enhanced scan has a finding for each package, and closed ones are gone', () => {
  const details = {
    vulnerabilityId: 'CVE-2026-10002',
    vendorCreatedAt: new Date('2026-07-01T00:00:00Z'),
    vulnerablePackages: [
      { name: 'left', version: '1', fixedInVersion: '2' },
      { name: 'right', version: '1', fixedInVersion: 'NotAvailable' },
    ],
  }
  const open = { severity: 'UNTRIAGED', status: 'ACTIVE', packageVulnerabilityDetails: details }
  const found = of({ enhancedFindings: [open, { ...open, status: 'CLOSED' }] }, 'ACTIVE')
  expect(found?.map(({ package: one, fixedVersion, severity }) => [one?.name, fixedVersion, severity])).toEqual([
    ['left', '2', 'UNKNOWN'],
    ['right', null, 'UNKNOWN'],
  ])
})

test.each(['IN_PROGRESS', 'FAILED', 'PENDING', 'UNSUPPORTED_IMAGE'])('a scan that is %s says nothing', (status) => {
  expect(of({ findings: [] }, status)).toBeNull()
})

test('an answer without a status is none', () => {
  expect(() => ecrFindings({}, { subject: 'users' })).toThrow()
})
