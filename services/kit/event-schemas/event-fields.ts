import { z } from 'zod'

/**
 * All that data of events may be made of: ids, numbers, states. There is no text here that a person could have typed, so
 * neither outbox nor bus can hold a name or an address.
 */
export const eventId = z.uuid()

export const count = z.int().min(0)

/** Whole minor units of the currency beside it. */
export const cents = z.int().min(0).max(1_000_000_000_000)

/** ISO 4217 */
export const currency = z.string().regex(/^[A-Z]{3}$/)

/** A word of ours from a list that may grow: a reader passes over one that it does not know. A closed list is an enum. */
export const word = z.string().regex(/^[a-z]{1,20}(_[a-z]{1,20}){0,5}$/)

/** Of invoice numbers: `R2026`. */
export const series = z.string().regex(/^[A-Z0-9-]{1,20}$/)
