import { workload } from '../../../manifests/workload.ts'
import type { BuiltImage } from '../../images/build-images.ts'
import { checkBoot } from '../../images/engine/boot-check.ts'
import { openLocalEngine } from '../../images/engine/local-engine.ts'
import type { Work } from '../platform.ts'
import type { ImageDestination } from './image-destination.ts'

const bootSeconds = 20

/** The edge needs no settings to answer; a service says at once which it lacks. */
const healthOf = (service: string) => {
  if (service !== 'edge') return null
  const { port, probes } = workload('edge')
  return { port, path: probes.alive }
}

/** Starts each image once that was just built. What has arrived was started before it was sent. */
export const bootBuilt = async (
  images: readonly BuiltImage[],
  destination: ImageDestination,
  { say, signal }: Work,
): Promise<void> => {
  const arrived = await destination.arrived(images, signal)
  const fresh = images.flatMap(({ service, reference, layoutDirectory }) =>
    layoutDirectory === null || arrived.has(reference) ? [] : [{ service, layoutDirectory }],
  )
  if (fresh.length === 0) return
  const engine = await openLocalEngine()
  await Promise.all(
    fresh.map(async ({ service, layoutDirectory }) => {
      const request = { service, layoutDirectory, health: healthOf(service), timeoutSeconds: bootSeconds }
      const result = await checkBoot(engine, { request, signal })
      say(`${service}: ${result.checked ? 'starts' : `was not started here, ${result.reason}`}`)
    }),
  )
}
