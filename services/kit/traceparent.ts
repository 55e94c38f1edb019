/** Of W3C Trace Context: 32, 16 and 2 hexadecimal digits. */
export type TraceParent = { readonly traceId: string; readonly spanId: string; readonly flags: string }

const header = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:$|-)/

/** Undefined where it is not of its form: then a new trace begins. */
export function parseTraceparent(value: string | undefined): TraceParent | undefined {
  const [, traceId = '', spanId = '', flags = ''] = header.exec(value ?? '') ?? []
  return /[^0]/.test(traceId) && /[^0]/.test(spanId) ? { traceId, spanId, flags } : undefined
}

/** As version 00 writes it, so that nothing of what a client put behind it is carried on. */
export const renderTraceparent = ({ traceId, spanId, flags }: TraceParent): string => `00-${traceId}-${spanId}-${flags}`
