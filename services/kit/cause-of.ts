import type { EventCause } from './events.ts'
import { requestScope } from './request-scope.ts'
import { parseTraceparent, renderTraceparent } from './traceparent.ts'

/** Any route's context, whatever else its middleware has put there. */
export type Caused = {
  get(key: 'requestId'): string
  readonly req: { header(name: string): string | undefined }
}

/** The request as the cause of events: its id, and its trace, where it is part of one. */
export function causeOf(c: Caused): EventCause {
  const came = parseTraceparent(c.req.header('traceparent'))
  const traceparent = requestScope()?.span?.traceparent ?? (came && renderTraceparent(came))
  return { requestId: c.get('requestId'), traceparent }
}
