import type { z } from 'zod'
import type { ServiceName } from '../../../services/registry.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { RunningState } from '../../platforms/platform.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import type { FlowMeans } from '../means.ts'
import { readSituation } from '../situation.ts'

export type EventsMeans = Pick<FlowMeans, 'platform' | 'environment' | 'reporter' | 'who' | 'interrupted'>

/** Flag → value; those without one are left out. */
export type EventFlags = Readonly<Record<string, string | number | undefined>>

export type EventsQuestion<Answer> = {
  readonly services: readonly ServiceName[]
  /** After `events`, as the service's program reads them (services/kit/events-command/). */
  readonly words: readonly string[]
  readonly flags: EventFlags
  readonly answer: z.ZodType<Answer>
}

export type ServiceAnswer<Answer> = {
  readonly service: ServiceName
  readonly answer: Answer
  /** Whether an instance of the service itself, which does what it was told to, is ready. */
  readonly ready: boolean
}

/**
 * Asks each service about its own events: the program of the release that serves, beside it. Throws NOT_UP (refused),
 * and what one of them said where it did not answer.
 */
export const askServices = async <Answer>(
  { services, words, flags, answer }: EventsQuestion<Answer>,
  means: EventsMeans,
): Promise<readonly ServiceAnswer<Answer>[]> => {
  const { release, instances } = await whatServes(means)
  const asked = { release, words: ['events', ...words, ...flagWords(flags)] }
  const answers = await Promise.allSettled(
    services.map(async (service) => {
      const said = await means.platform.askService({ service, ...asked }, means.interrupted)
      const ready = instances.some((instance) => instance.service === service && instance.state === 'ready')
      return { service, answer: answer.parse(said), ready }
    }),
  )
  // None is left behind at work when another fails.
  return answers.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}

const flagWords = (flags: EventFlags): readonly string[] =>
  Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]))

type Serving = Pick<RunningState, 'instances'> & { readonly release: ReleaseRecord }

const whatServes = async (means: EventsMeans): Promise<Serving> => {
  const { platform, environment } = means
  const [{ current }, running] = await Promise.all([readSituation(means), platform.running()])
  if (current !== null && running.serving !== null) return { release: current, instances: running.instances }
  throw new ShopctlError({
    code: 'NOT_UP',
    outcome: 'refused',
    what: `${environment} is down; its services cannot be asked about their events.`,
    fix: [toType(`deploy --env ${environment}`)],
  })
}
