import { z } from 'zod'

/** The event stream's schema version: `--events FILE` writes one of these as JSON on each line. */
export const eventsSchemaVersion = 'shopctl.events/1'

const base = { schema: z.literal(eventsSchemaVersion), time: z.iso.datetime() }
const stepOutcome = z.enum(['done', 'skipped', 'failed', 'interrupted'])

/** Null where nothing ended. */
const loadLatency = {
  p50Milliseconds: z.number().nullable(),
  p95Milliseconds: z.number().nullable(),
  p99Milliseconds: z.number().nullable(),
}

const bodies = {
  'flow.started': {
    flow: z.string(),
    environment: z.string(),
    steps: z.array(z.object({ id: z.string(), title: z.string() })),
  },
  /** The title is there for steps that the flow could not announce: the way back. */
  'step.started': { step: z.string(), title: z.string().optional() },
  /** What the step does or waits for now; a heartbeat repeats the last one. */
  'step.progress': { step: z.string(), message: z.string() },
  'step.finished': { step: z.string(), outcome: stepOutcome, milliseconds: z.number(), detail: z.string().optional() },
  'release.opened': { release: z.number(), previous: z.number().nullable() },
  'health.changed': { service: z.string(), state: z.string(), message: z.string() },
  'release.promoted': { release: z.number(), previous: z.number().nullable() },
  'release.closed': { release: z.number(), state: z.string() },
  /** What a load test saw in one second: requests that ended, but for those of users' coming and going. */
  'load.second': {
    second: z.number(),
    users: z.number(),
    inFlight: z.number(),
    requestsPerSecond: z.number(),
    ...loadLatency,
    errorShare: z.number().nullable(),
    /** How late the generator itself began what was due, at p99. */
    lateMilliseconds: z.number(),
    /** Arrivals that found as many users in flight as there may be. */
    dropped: z.number(),
    endpoints: z.array(
      z.object({
        scenario: z.string(),
        endpoint: z.string(),
        requestsPerSecond: z.number(),
        failed: z.number(),
        ...loadLatency,
      }),
    ),
  },
  notice: { message: z.string() },
  warning: { message: z.string(), fix: z.array(z.string()) },
  error: { code: z.string(), what: z.string(), why: z.array(z.string()), fix: z.array(z.string()) },
  'flow.finished': { flow: z.string(), exitCode: z.number(), milliseconds: z.number() },
} as const

const event = <Type extends keyof typeof bodies>(type: Type) =>
  z.object({ ...base, type: z.literal(type), ...bodies[type] })

export const eventSchema = z.discriminatedUnion('type', [
  event('flow.started'),
  event('step.started'),
  event('step.progress'),
  event('step.finished'),
  event('release.opened'),
  event('health.changed'),
  event('release.promoted'),
  event('release.closed'),
  event('load.second'),
  event('notice'),
  event('warning'),
  event('error'),
  event('flow.finished'),
])

export type ShopctlEvent = z.infer<typeof eventSchema>
type WithoutBase<Event> = Event extends unknown ? Omit<Event, 'schema' | 'time'> : never
/** An event as the flows say it; the reporter adds schema and time. */
export type EventBody = WithoutBase<ShopctlEvent>

/** Takes events from a flow. What becomes of them (terminal, lines, file) is decided in output/. */
export interface Reporter {
  emit(event: EventBody): void
}
