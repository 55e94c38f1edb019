import type { FlowMeans } from './means.ts'
import { mend } from './mend.ts'
import { readSituation, type Situation } from './situation.ts'
import type { Steps } from './steps.ts'

export type UnderLock = { readonly steps: Steps; readonly signal: AbortSignal }

/** Under the lock an unfinished record has no living owner: it is mended before anything else is tried. */
export const mendFirst = async (means: FlowMeans, { steps, signal }: UnderLock): Promise<Situation> => {
  const found = await readSituation(means)
  const { unfinished, current } = found
  if (unfinished === null) return found
  await mend({ means, steps, signal, unfinished, current })
  return mendFirst(means, { steps, signal })
}
