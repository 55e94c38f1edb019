import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

const keptAlways = 3
const keptHours = 24
const keptAtMost = 20

const bundleName = /^[0-9a-f]{16}$/

/** A long-running command loads parts of its bundle late, so bundles live on for a day after a newer one. */
export const pruneBundles = async (cache: string, current: string): Promise<void> => {
  const names = (await readdir(cache)).filter((name) => bundleName.test(name) && name !== current)
  const found = await Promise.all(
    names.map(async (name) => ({ name, changedAt: (await stat(join(cache, name))).mtimeMs })),
  )
  const newestFirst = found.sort((left, right) => right.changedAt - left.changedAt)
  const oldest = Date.now() - keptHours * 3_600_000
  const superfluous = newestFirst.filter(
    ({ changedAt }, rank) => rank >= keptAtMost || (rank >= keptAlways && changedAt < oldest),
  )
  await Promise.all(superfluous.map(({ name }) => rm(join(cache, name), { recursive: true, force: true })))
}
