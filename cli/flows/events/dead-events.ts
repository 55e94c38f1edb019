import type { ServiceName } from '../../../services/registry.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { askServices, type EventsMeans } from './ask-services.ts'
import {
  type DeadEvent,
  deadDroppedAnswer,
  deadEventAnswer,
  deadEventsAnswer,
  deadReplayedAnswer,
} from './event-answers.ts'
import { actorOf, type OfService } from './stored-events.ts'

export type DeadWanted = {
  readonly services: readonly ServiceName[]
  readonly consumer?: string | undefined
  readonly type?: string | undefined
}

export type DeadListRequest = DeadWanted & {
  readonly handled: 'left-out' | 'included'
  readonly limit: number
}

/** What consumers gave up, the oldest first. */
export const listDeadEvents = async (
  { services, ...flags }: DeadListRequest,
  means: EventsMeans,
): Promise<readonly (DeadEvent & OfService)[]> => {
  const question = { services, words: ['dead', 'list'], flags, answer: deadEventsAnswer }
  return (await askServices(question, means))
    .flatMap(({ service, answer }) => answer.dead.map((event) => ({ service, ...event })))
    .toSorted((one, other) => one.parkedAt.localeCompare(other.parkedAt))
    .slice(0, flags.limit)
}

export type DeadRequest = {
  readonly id: string
  readonly services: readonly ServiceName[]
  readonly consumer?: string | undefined
}

/** One event with all that it says, once for each consumer that gave it up. Throws DEAD_EVENT_NOT_FOUND (refused). */
export const showDeadEvent = async (
  { id, services, consumer }: DeadRequest,
  means: EventsMeans,
): Promise<readonly (DeadEvent & OfService & { readonly envelope: unknown })[]> => {
  const question = { services, words: ['dead', 'show', id], flags: { consumer }, answer: deadEventAnswer }
  const found = (await askServices(question, means)).flatMap(({ service, answer }) =>
    answer.dead.map((event) => ({ service, ...event })),
  )
  if (found.length > 0) return found
  throw notFound(id, means)
}

/** An event that was given back to a consumer, or dropped for it. */
export type HandledEvent = OfService & { readonly consumer: string; readonly id: string }

export type DeadReplayRequest = DeadWanted & { readonly id?: string | undefined; readonly reason?: string | undefined }

/** Gives them back to their consumers under their ids. Throws DEAD_EVENT_NOT_FOUND where the one that is named is none. */
export const replayDeadEvents = async (
  { services, id, ...flags }: DeadReplayRequest,
  means: EventsMeans,
): Promise<readonly HandledEvent[]> => {
  const words = ['dead', 'replay', ...(id === undefined ? [] : [id])]
  const question = { services, words, flags: { ...flags, actor: actorOf(means) }, answer: deadReplayedAnswer }
  const replayed = (await askServices(question, means)).flatMap(({ service, answer }) =>
    answer.replayed.map((event) => ({ service, ...event })),
  )
  if (id !== undefined && replayed.length === 0) throw notFound(id, means)
  return replayed
}

/** It never takes effect for these consumers. Throws DEAD_EVENT_NOT_FOUND (refused). */
export const dropDeadEvent = async (
  { services, id, ...flags }: DeadRequest & { readonly reason: string },
  means: EventsMeans,
): Promise<readonly HandledEvent[]> => {
  const words = ['dead', 'drop', id]
  const question = { services, words, flags: { ...flags, actor: actorOf(means) }, answer: deadDroppedAnswer }
  const dropped = (await askServices(question, means)).flatMap(({ service, answer }) =>
    answer.dropped.map((event) => ({ service, ...event })),
  )
  if (dropped.length === 0) throw notFound(id, means)
  return dropped
}

const notFound = (id: string, { environment }: Pick<EventsMeans, 'environment'>): ShopctlError =>
  new ShopctlError({
    code: 'DEAD_EVENT_NOT_FOUND',
    outcome: 'refused',
    what: `There is no such dead event ${id} in ${environment}; nothing was changed.`,
    why: ['no consumer gave it up, or it was sent again or dropped already'],
    fix: [toType(`events dead list --env ${environment} --handled`)],
  })
