/** Any fixed number that all relays of one database agree on, and nothing else there uses. */
export const relayLock = 7_306_093_430

/** What the trigger of event-tables.ts tells. */
export const outboxChannel = 'outbox_events'
