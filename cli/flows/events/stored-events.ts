import type { ServiceName } from '../../../services/registry.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { askServices, type EventsMeans } from './ask-services.ts'
import { eventAnswer, eventsAnswer, replayedAnswer, type StoredEvent } from './event-answers.ts'

export type OfService = { readonly service: ServiceName }

/** All that are named must fit. `from` is included, `to` is not; both are RFC 3339. */
export type EventRange = {
  readonly type?: string | undefined
  readonly subject?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

export type EventsListRequest = EventRange & {
  readonly services: readonly ServiceName[]
  readonly state?: StoredEvent['state'] | undefined
  readonly limit: number
}

export type EventsList = {
  /** The oldest first. */
  readonly events: readonly (StoredEvent & OfService)[]
  /** Whether older ones fit too. */
  readonly more: boolean
}

/** What is in the outboxes: the newest, as many as asked for. */
export const listEvents = async (
  { services, ...flags }: EventsListRequest,
  means: EventsMeans,
): Promise<EventsList> => {
  const answers = await askServices({ services, words: ['list'], flags, answer: eventsAnswer }, means)
  const found = answers
    .flatMap(({ service, answer }) => answer.events.map((event) => ({ service, ...event })))
    .toSorted((one, other) => one.createdAt.localeCompare(other.createdAt))
  const events = found.slice(-flags.limit)
  return { events, more: events.length < found.length || answers.some(({ answer }) => answer.more) }
}

export type EventRequest = { readonly id: string; readonly services: readonly ServiceName[] }

/** One event with all that it says. Throws EVENT_NOT_FOUND (refused). */
export const showEvent = async (
  { id, services }: EventRequest,
  means: EventsMeans,
): Promise<StoredEvent & OfService & { readonly envelope: unknown }> => {
  const answers = await askServices({ services, words: ['show', id], flags: {}, answer: eventAnswer }, means)
  const [found] = answers.flatMap(({ service, answer: { event } }) => (event === null ? [] : [{ service, ...event }]))
  if (found !== undefined) return found
  throw notFound({ id, services }, means)
}

const notFound = ({ id, services }: EventRequest, { environment }: Pick<EventsMeans, 'environment'>): ShopctlError =>
  new ShopctlError({
    code: 'EVENT_NOT_FOUND',
    outcome: 'refused',
    what: `There is no such event ${id} in ${environment}.`,
    why: [`${services.join(', ')} keep what is published for two weeks`],
    fix: [toType(`events list --env ${environment}`)],
  })

export type ReplayRequest = EventRange & {
  readonly services: readonly ServiceName[]
  readonly id?: string | undefined
  /** The only consumer that is meant; all others pass them over. */
  readonly consumer?: string | undefined
  readonly reason?: string | undefined
}

export type Replayed = OfService & {
  readonly count: number
  /** False where the service is not there to send them: it does so once it runs. */
  readonly ready: boolean
}
export type ReplayResult = { readonly replayed: readonly Replayed[] }

/**
 * Sends stored events to the bus once more, as they are: who has handled one does not do so again. Throws
 * EVENT_NOT_FOUND (refused) where the one that is named is none.
 */
export const replayEvents = async (
  { services, id, ...flags }: ReplayRequest,
  means: EventsMeans,
): Promise<ReplayResult> => {
  const words = id === undefined ? ['replay'] : ['replay', id]
  const question = { services, words, flags: { ...flags, actor: actorOf(means) }, answer: replayedAnswer }
  const answers = await askServices(question, means)
  const replayed = answers.map(({ service, answer, ready }) => ({ service, count: answer.replayed, ready }))
  if (id !== undefined && replayed.every(({ count }) => count === 0)) throw notFound({ id, services }, means)
  return { replayed }
}

/** As the trail of the service takes it. */
export const actorOf = ({ who }: Pick<EventsMeans, 'who'>): string => who.slice(0, 200)
