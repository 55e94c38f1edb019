import { createHash } from 'node:crypto'
import { chmod, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { timestamp } from './log-file.ts'
import { placeFlags, type StackPlace } from './place-flags.ts'
import { removeOldFiles } from './remove-old-files.ts'

/** A plan holds secrets, and after a day it is most likely stale. */
const keptHours = 24

/** A new file for a plan; what is older than a day goes. */
export const newPlanFile = async (folder: string, now: Date): Promise<string> => {
  const plans = join(folder, 'plans')
  await mkdir(plans, { recursive: true, mode: 0o700 })
  await removeOldFiles(plans, { olderThanHours: keptHours, now })
  return join(plans, `${timestamp(now)}.tfplan`)
}

const missing = (file: string, place: StackPlace, cause: unknown): ShopctlError =>
  new ShopctlError({
    code: 'PLAN_MISSING',
    outcome: 'refused',
    what: `There is no plan ${file}; nothing was changed.`,
    why: [`plans are kept for ${keptHours} h, because they hold secrets`],
    fix: [toType(`infra plan ${placeFlags(place)}`)],
    cause,
  })

/** sha256 of a saved plan. Makes it readable to its owner only. Throws PLAN_MISSING (refused). */
export const planDigest = async (file: string, place: StackPlace): Promise<string> => {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw missing(file, place, error)
  })
  await chmod(file, 0o600)
  return createHash('sha256').update(bytes).digest('hex')
}

/** Throws PLAN_CHANGED (refused) where the file is not the one that was shown. */
export const refuseChangedPlan = async (
  { file, digest }: { readonly file: string; readonly digest: string },
  place: StackPlace,
): Promise<void> => {
  const found = await planDigest(file, place)
  if (found === digest) return
  throw new ShopctlError({
    code: 'PLAN_CHANGED',
    outcome: 'refused',
    what: `The plan ${file} is not the one that was shown; nothing was changed.`,
    why: [`sha256 ${digest} was shown, and the file has ${found}`],
    fix: [toType(`infra plan ${placeFlags(place)}`)],
  })
}
