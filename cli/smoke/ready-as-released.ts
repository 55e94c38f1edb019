import { serviceNames } from '../../services/registry.ts'
import type { RunningState } from '../platforms/platform.ts'
import type { CheckedRelease } from './checks.ts'

export type Readiness = {
  readonly name: string
  readonly service: string
  /** Null where every instance is ready and is what was released. */
  readonly failure: string | null
}

/**
 * What the platform says of each service, beside what users see: a service that waits for its database answers many
 * requests all the same. Readiness is not told outside, so this asks nobody through the front door.
 */
export const readyAsReleased = (release: CheckedRelease, { instances }: RunningState): readonly Readiness[] =>
  serviceNames.flatMap((service): readonly Readiness[] => {
    const wanted = release.services[service]
    if (wanted === undefined) return []
    const own = instances.filter((instance) => instance.service === service && instance.state !== 'ending')
    const name = `${service} is ready as it was released`
    const fault = own.flatMap(({ name: instance, state, detail, digest }) => {
      if (state !== 'ready') return [`${instance} is ${state}${detail === '' ? '' : `: ${detail}`}`]
      return digest === wanted.digest ? [] : [`${instance} runs ${digest} and the release is ${wanted.digest}`]
    })[0]
    return [{ name, service, failure: own.length === 0 ? 'no instance of it runs' : (fault ?? null) }]
  })
