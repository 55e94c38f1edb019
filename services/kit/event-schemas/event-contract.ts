import type { z } from 'zod'
import type { ServiceName } from '../../registry.ts'

/** What one type of event promises to whoever reads it. A contract: services meet over it, and none imports another. */
export type EventContract<Data> = {
  /** Whose outbox it stands in; its long name is the envelope's `source`. */
  readonly by: ServiceName
  /** What `subject` is the id of. */
  readonly subject: string
  readonly description: string
  /** A strict object: what is written has these fields and no other. */
  readonly data: z.ZodType<Data>
  readonly example: NoInfer<Data>
}

/** The compiler checks the example by the schema. */
export function eventContract<Data>(contract: EventContract<Data>): EventContract<Data> {
  return contract
}
