import type { ServiceName } from '../../registry.ts'
import type { EventContract } from './event-contract.ts'
import { orderEvents } from './order-events.ts'
import { productEvents } from './product-events.ts'
import { userEvents } from './user-events.ts'

const contracts = { ...userEvents, ...productEvents, ...orderEvents }

export type EventType = keyof typeof contracts
type DataByType = { [Type in EventType]: (typeof contracts)[Type]['example'] }
export type EventData<Type extends EventType> = DataByType[Type]

/** Every type of event that there is (acceptance: events.md). */
export const eventCatalogue: { readonly [Type in EventType]: EventContract<DataByType[Type]> } = contracts

/** What is handed to the outbox: of each type its own data. */
export type ShopEvent = {
  [Type in EventType]: {
    /** `noun.past_tense.vN` */
    readonly type: Type
    /** Id of the aggregate: events of one subject have the versions 1, 2, 3 … without a gap. */
    readonly subject: string
    /** Ids, numbers and states only; no name, address, mail address or token. */
    readonly data: EventData<Type>
  }
}[EventType]

/** False for a type, or a version of one, that is not known here. */
export const isEventType = (type: string): type is EventType => Object.hasOwn(eventCatalogue, type)

/** In the order of the catalogue. */
export const eventTypes: readonly EventType[] = Object.keys(eventCatalogue).filter(isEventType)

/** What a service may write: the list that tests of its state changes are made from. */
export const eventTypesOf = (service: ServiceName): readonly EventType[] =>
  eventTypes.filter((type) => eventCatalogue[type].by === service)
