import { inClone, liveFirstMinutes } from '../../cli/e2e/first-minutes.ts'
import { makeFreshClone, whyNotHere } from '../../cli/e2e/fresh-clone.ts'
import { type Figure, renderFigures } from './figures.ts'

const one = (label: string, unit: string, value: number): Figure => ({ label, unit, values: [value], atMost: null })

/** From a fresh clone to the first product served, with an empty home, an empty npm cache and the system's older Node. */
export const benchNewcomer = async (): Promise<void> => {
  const whyNot = await whyNotHere()
  if (whyNot !== null) {
    process.stdout.write(`skipped: ${whyNot}\n`)
    return
  }
  const clone = await makeFreshClone()
  try {
    const first = await liveFirstMinutes(clone)
    if (first.result.code !== 0) throw new Error(`${first.result.stdout}${first.result.stderr}`)
    const figures = [
      one('fresh clone to first product served', 's', first.firstProductSeconds),
      one('  of it install', 's', first.installSeconds),
      one('  of it the rest', 's', first.firstProductSeconds - first.installSeconds),
      one('downloaded', 'MB', first.downloadedBytes / 1e6),
    ]
    process.stdout.write(`${renderFigures(figures)}\n`)
  } finally {
    await inClone(clone, ['down', '--env', 'local', '--delete-data', '--yes']).result()
    await clone.remove()
  }
}
