import { createHash } from 'node:crypto'
import type { Package } from './findings.ts'
import type { ScanDocument } from './scan-document.ts'

/** The same contents give the same number, so that two SBOMs of one digest can be compared. */
const serialNumber = (text: string): string => {
  const hex = createHash('sha256').update(text).digest('hex')
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16)
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

const referenceOf = ({ purl, type, name, version }: Package): string => purl ?? `${type}/${name}@${version}`

const component = (found: Package) => ({
  type: 'library',
  'bom-ref': referenceOf(found),
  name: found.name,
  version: found.version,
  ...(found.purl === null ? {} : { purl: found.purl }),
  ...(found.licenses.length === 0 ? {} : { licenses: found.licenses.map((name) => ({ license: { name } })) }),
})

/** CycloneDX 1.6: what is in it, not what is wrong with it. */
export const renderSbom = ({ subject, kind, digest, scanner, scannedAt, packages }: ScanDocument): string => {
  const byReference = new Map(packages.map((found) => [referenceOf(found), component(found)]))
  const components = [...byReference.values()].toSorted((left, right) => (left['bom-ref'] < right['bom-ref'] ? -1 : 1))
  const described = {
    type: kind === 'image' ? 'container' : 'application',
    'bom-ref': subject,
    name: subject,
    ...(digest === null ? {} : { version: digest }),
  }
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: serialNumber(JSON.stringify([described, components])),
    version: 1,
    metadata: {
      timestamp: scannedAt,
      tools: { components: [{ type: 'application', name: scanner.name, version: scanner.version }] },
      component: described,
    },
    components,
  }
  return `${JSON.stringify(document, null, 2)}\n`
}
