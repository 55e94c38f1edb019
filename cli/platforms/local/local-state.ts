import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import { type Foundations, foundationsSchema } from './foundations-file.ts'
import { type Manifest, manifestSchema } from './manifest.ts'
import type { ListedProcess } from './processes.ts'
import type { StatePaths } from './state-paths.ts'

export const foundationsFile = (paths: StatePaths): string => join(paths.secrets, 'foundations.json')

const parseFoundations = (text: string): Foundations | null => {
  try {
    const parsed = foundationsSchema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** What the last `prepare` left, or null before the first one; a damaged file is made anew by the next. */
export const readFoundations = async (paths: StatePaths): Promise<Foundations | null> => {
  const text = await readFile(foundationsFile(paths), 'utf8').catch(() => null)
  return text === null ? null : parseFoundations(text)
}

/** The foundations where a flow cannot go on without them. */
export const requireFoundations = async (paths: StatePaths): Promise<Foundations> => {
  const foundations = await readFoundations(paths)
  if (foundations !== null) return foundations
  throw new ShopctlError({
    code: 'NOT_PREPARED',
    outcome: 'refused',
    what: 'The local platform has not been prepared, or its facts could not be read; nothing was changed.',
    fix: [toType('deploy --env local')],
  })
}

/** The manifests that a release recorded, as the local platform wrote them. */
export const manifestsOf = (release: ReleaseRecord): readonly Manifest[] =>
  Object.values(release.services).map(({ manifest }) => manifestSchema.parse(manifest))

export const manifestOf = (service: string, release: ReleaseRecord): Manifest | undefined =>
  manifestsOf(release).find((manifest) => manifest.service === service)

/** Whether a process runs what a manifest wants: same code, same settings. */
export const runs = ({ record }: ListedProcess, manifest: Manifest): boolean =>
  record.service === manifest.service &&
  record.digest === manifest.digest &&
  record.settingsHash === manifest.settingsHash
