import { type Context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type {
  MessageFacts,
  RequestFacts,
  SpanAttributes,
  SpanFacts,
  SpanOutcome,
  TraceSpan,
  Tracing,
} from './trace-span.ts'
import { parseTraceparent, renderTraceparent } from './traceparent.ts'

export type TracingOptions = {
  /** Of a collector that speaks OTLP over HTTP; `/v1/traces` is added. */
  readonly endpoint: string
  /** Share of the traces begun here that are recorded. Whoever began it elsewhere has decided already. */
  readonly ratio: number
  /** What every span says of its process. */
  readonly resource: Readonly<Record<string, string | undefined>>
}

const kinds = { client: SpanKind.CLIENT, internal: SpanKind.INTERNAL } as const
const messageKinds = {
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
} as const

/**
 * Spans made by hand: instrumentations patch modules as they load, of which a bundle in one file has none left.
 * What cannot be delivered is dropped; no request waits for it.
 */
export function startTracing({ endpoint, ratio, resource }: TracingOptions): Tracing {
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, timeoutMillis: 5_000 })
  const provider = new TracerProvider({
    resource: resourceFromAttributes(resource),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [new BatchSpanProcessor({ exporter, exportTimeoutMillis: 5_000, scheduledDelayMillis: 1_000 })],
    spanLimits: { attributeValueLengthLimit: 2_048 },
  })
  const tracer = provider.getTracer('shop')

  function wrap(span: Span, context: Context): TraceSpan {
    const { traceId, spanId } = span.spanContext()
    const recorded = span.isRecording()
    const flags = recorded ? '01' : '00'
    const whole: TraceSpan = {
      traceId,
      traceparent: renderTraceparent({ traceId, spanId, flags }),
      child(name, facts) {
        // What is not recorded has no parts either, and hands on the same header.
        if (!recorded) return whole
        const inside = trace.setSpan(context, span)
        return wrap(tracer.startSpan(name, spanOptions(facts), inside), inside)
      },
      end: recorded ? (outcome) => endSpan(span, outcome) : () => undefined,
    }
    return whole
  }

  return {
    startRequest({ method, traceparent }: RequestFacts) {
      const context = remoteContext(traceparent)
      const attributes = { 'http.request.method': method }
      return wrap(tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, context), context)
    },
    startMessage({ name, kind, traceparent, attributes }: MessageFacts) {
      const context = remoteContext(traceparent)
      return wrap(
        tracer.startSpan(name, { kind: messageKinds[kind], attributes: mutable(attributes) }, context),
        context,
      )
    },
    async close() {
      // A collector that is gone must not hold up the end of the process.
      await provider.shutdown().catch(() => undefined)
    },
  }
}

const spanOptions = ({ kind, attributes }: SpanFacts) => ({
  kind: kinds[kind],
  ...(attributes === undefined ? {} : { attributes: mutable(attributes) }),
})

const mutable = (attributes: SpanAttributes) => ({ ...attributes })

/** The kind of failure only: a message may hold what a customer typed. */
function endSpan(span: Span, outcome: SpanOutcome = {}): void {
  const { name, failure, attributes } = outcome
  if (name !== undefined) span.updateName(name)
  if (attributes !== undefined) span.setAttributes(mutable(attributes))
  if (failure !== undefined) {
    span.setAttribute('error.type', failure instanceof Error ? failure.name : typeof failure)
    span.setStatus({ code: SpanStatusCode.ERROR })
  }
  span.end()
}

/** W3C Trace Context; what is not of its form begins a new trace. */
function remoteContext(traceparent: string | undefined): Context {
  const parent = parseTraceparent(traceparent)
  if (parent === undefined) return ROOT_CONTEXT
  const { traceId, spanId, flags } = parent
  const spanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true }
  return trace.setSpanContext(ROOT_CONTEXT, spanContext)
}
