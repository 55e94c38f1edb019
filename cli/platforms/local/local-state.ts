import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import { writeFileAtomically } from '../write-file-atomically.ts'
import { type Foundations, foundationsSchema } from './foundations-file.ts'
import { type Manifest, manifestSchema } from './manifest.ts'
import type { ListedProcess } from './processes.ts'
import type { StatePaths } from './state-paths.ts'

/** Twice, because keys and passwords that are in use cannot be made again. */
const foundationsFiles = (paths: StatePaths): readonly string[] =>
  ['foundations.json', 'foundations-copy.json'].map((name) => join(paths.secrets, name))

const parseFoundations = (text: string): Foundations | null => {
  try {
    const parsed = foundationsSchema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** What the last `prepare` left, or null before the first one; where one file is damaged the other one tells. */
export const readFoundations = async (paths: StatePaths): Promise<Foundations | null> => {
  for (const file of foundationsFiles(paths)) {
    const text = await readFile(file, 'utf8').catch(() => null)
    const foundations = text === null ? null : parseFoundations(text)
    if (foundations !== null) return foundations
  }
  return null
}

export const writeFoundations = async (paths: StatePaths, foundations: Foundations): Promise<void> => {
  for (const file of foundationsFiles(paths)) {
    await writeFileAtomically(file, `${JSON.stringify(foundations, null, 2)}\n`)
  }
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
