import { z } from 'zod'

/** What a watch brought of one pod, and when it arrived here, in milliseconds of the system's clock. */
export type PodSighting = {
  readonly at: number
  readonly name: string
  readonly image: string
  readonly ready: boolean
  /** Why its container does not run, in the kubelet's word. */
  readonly waiting: string | null
  /** How often its container has ended. */
  readonly ends: number
}

const stateSchema = z
  .object({ waiting: z.object({ reason: z.string().optional() }).optional(), terminated: z.unknown().optional() })
  .default({})

const containerSchema = z.object({ restartCount: z.int(), state: stateSchema, lastState: stateSchema })

const podSchema = z.object({
  metadata: z.object({ name: z.string(), deletionTimestamp: z.string().optional() }),
  spec: z.object({ containers: z.array(z.object({ image: z.string() })).min(1) }),
  status: z.object({
    conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
    containerStatuses: z.array(containerSchema).default([]),
  }),
})

/** What runs again has its last end behind it; what waits to run again has an end that is not counted as a restart yet. */
const endsOf = ({ restartCount, state, lastState }: z.infer<typeof containerSchema>): number => {
  const hasEnded = state.waiting === undefined ? state.terminated : lastState.terminated
  return restartCount + (hasEnded === undefined ? 0 : 1)
}

export const parsePodSighting = (object: unknown, at: number): PodSighting => {
  const { metadata, spec, status } = podSchema.parse(object)
  const [container] = status.containerStatuses
  const isReady = status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True')
  return {
    at,
    name: metadata.name,
    image: spec.containers[0]?.image ?? '',
    ready: isReady && metadata.deletionTimestamp === undefined,
    waiting: container?.state.waiting?.reason ?? null,
    ends: container === undefined ? 0 : endsOf(container),
  }
}

/** When each pod of these images was first seen ready, in order. */
export const readyTimes = (sightings: readonly PodSighting[], images: ReadonlySet<string>): readonly number[] => {
  const first = new Map<string, number>()
  for (const { at, name, image, ready } of sightings) {
    if (ready && images.has(image) && !first.has(name)) first.set(name, at)
  }
  return [...first.values()].toSorted((left, right) => left - right)
}

/** When an image was first seen not to come; not a number where it never was. */
export const firstPullFailure = (sightings: readonly PodSighting[], image: string): number =>
  sightings.find((one) => one.image === image && /^(ErrImagePull|ImagePullBackOff)$/.test(one.waiting ?? ''))?.at ??
  Number.NaN

/** When a pod of this image was first seen to have ended so often; not a number where it never was. */
export const timeOfEnd = (sightings: readonly PodSighting[], image: string, ends: number): number =>
  sightings.find((one) => one.image === image && one.ends >= ends)?.at ?? Number.NaN
