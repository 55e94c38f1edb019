/** One timed piece of work in a trace. kit/tracing.ts makes them; without tracing there is none. */
export type TraceSpan = {
  readonly traceId: string
  /** The W3C header for whoever is asked next. */
  readonly traceparent: string
  child(name: string, facts: SpanFacts): TraceSpan
  /** The first call counts. */
  end(outcome?: SpanOutcome): void
}

export type SpanAttributes = Readonly<Record<string, string | number | boolean>>
export type SpanFacts = { readonly kind: 'client' | 'internal'; readonly attributes?: SpanAttributes }
export type SpanOutcome = {
  /** A better name, known only now. */
  readonly name?: string
  /** Where the work failed. */
  readonly failure?: unknown
  readonly attributes?: SpanAttributes
}

export type RequestFacts = { readonly method: string; readonly traceparent: string | undefined }

/** A message that was given to a bus, or came from one; `internal`: a piece of work that was written down. */
export type MessageFacts = {
  readonly name: string
  readonly kind: 'producer' | 'consumer' | 'internal'
  readonly traceparent: string | undefined
  readonly attributes: SpanAttributes
}

export type Tracing = {
  /** The span of a request that came in, as part of the caller's trace where it names one. */
  startRequest(facts: RequestFacts): TraceSpan
  /** The span of a message or of written work, as part of the trace of what caused it where the message names one. */
  startMessage(facts: MessageFacts): TraceSpan
  /** Sends what is left; never rejects. */
  close(): Promise<void>
}
