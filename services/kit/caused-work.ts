import type { EventCause } from './events.ts'
import { RequestScope, runInScope } from './request-scope.ts'
import type { Tracing } from './trace-span.ts'

export type CausedWork = {
  /** Of its span: `task send_refund`. */
  readonly name: string
  /** The request that has decided it. */
  readonly cause: EventCause
}

/** Work that is done after its request, maybe by another process: in the request's trace, and under its id in the log. */
export async function runCaused<Result>(
  tracing: Tracing | undefined,
  { name, cause: { requestId, traceparent } }: CausedWork,
  run: () => Promise<Result>,
): Promise<Result> {
  const attributes = { 'shop.request_id': requestId }
  const span = tracing?.startMessage({ name, kind: 'internal', traceparent, attributes })
  try {
    const result = await runInScope(new RequestScope(span, requestId), run)
    span?.end()
    return result
  } catch (failure) {
    span?.end({ failure })
    throw failure
  }
}
