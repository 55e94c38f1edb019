import type { Logger } from '../logging.ts'
import type { Envelope } from './envelope.ts'

export type BusOptions = {
  readonly url: string
  /** Long name of the service whose outbox is sent. */
  readonly source: string
  readonly logger: Logger
  /** What is wrong with its data by the schema of its type, without a word of it; null where nothing is. */
  validate(envelope: Envelope): string | null
  /** Of all keys in Redis; `shop` where it is left out. */
  readonly prefix?: string | undefined
  readonly timing?: Partial<BusTiming> | undefined
}

export type BusTiming = {
  /** After so long without a word from a member, others take what it had. */
  readonly claimMilliseconds: number
  /** How often is looked for what nobody rang for. */
  readonly pollMilliseconds: number
  /** How long running handlers may take to end when a consumption is closed. */
  readonly graceMilliseconds: number
  /** How often what every group has finished is cleared away. */
  readonly tidyMilliseconds: number
  /** A part of the table with little in it is emptied so long after its first entry (PostgreSQL). */
  readonly quietMilliseconds: number
}

const usual: BusTiming = {
  claimMilliseconds: 60_000,
  pollMilliseconds: 1_000,
  graceMilliseconds: 8_000,
  tidyMilliseconds: 5_000,
  quietMilliseconds: 600_000,
}

export const timingOf = ({ timing }: Pick<BusOptions, 'timing'>): BusTiming => ({ ...usual, ...timing })
