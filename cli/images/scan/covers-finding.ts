import type { Finding } from './findings.ts'
import type { Waiver } from './waivers.ts'

const wildcards: readonly (readonly [string, string])[] = [
  ['**/', '(?:.*/)?'],
  ['**', '.*'],
  ['*', '[^/]*'],
  ['?', '[^/]'],
]

/** `**` crosses folders, `*` and `?` do not; every other character stands for itself. */
const globPattern = (glob: string): RegExp => {
  const source = glob.replace(/\*\*\/|\*\*|\*|\?|[\\^$.+()[\]{}|/-]/g, (mark) => {
    const wildcard = wildcards.find(([token]) => token === mark)
    return wildcard === undefined ? `\\${mark}` : wildcard[1]
  })
  return new RegExp(`^${source}$`)
}

const withoutQualifiers = (purl: string): string => purl.replace(/[?#].*$/, '')

/** A package without a version stands for all of its versions. The first `@` may begin a scope: `pkg:npm/@types/node`. */
const isPackage = (wanted: string, purl: string): boolean => {
  const [left, right] = [withoutQualifiers(wanted), withoutQualifiers(purl)].map((text) => text.replaceAll('%40', '@'))
  if (left === right) return true
  return right?.startsWith(`${left}@`) === true
}

/** Whether this waiver is for this finding; whether it still holds is another question. */
export const coversFinding = (waiver: Waiver, finding: Finding): boolean => {
  if (waiver.kind !== finding.kind || waiver.id !== finding.id) return false
  const places = [finding.target, finding.path].filter((place) => place !== null)
  if (waiver.paths.length > 0 && !waiver.paths.some((glob) => places.some((place) => globPattern(glob).test(place)))) {
    return false
  }
  if (waiver.purls.length === 0) return true
  const purl = finding.package?.purl
  return purl != null && waiver.purls.some((wanted) => isPackage(wanted, purl))
}
