import { build } from './build.ts'
import type { FlowMeans } from './means.ts'

/** The image of each service of the source as it is, by digest. What was built or pushed before is found again. */
export const builtImages = async (means: FlowMeans): Promise<Readonly<Record<string, string>>> => {
  const { artifacts } = await build({ services: null, into: 'store' }, means)
  return Object.fromEntries(
    artifacts.flatMap(({ service, image }) => (image === undefined ? [] : [[service, image.reference]])),
  )
}
