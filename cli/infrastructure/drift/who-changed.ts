import { z } from 'zod'
import { interruption } from '../../errors/interruption.ts'
import type { Difference } from '../drift-report.ts'

export type Trace = NonNullable<Difference['by']>

type Asked = {
  readonly region: string
  /** By address: the ids, ARNs and names under which CloudTrail may know it. */
  readonly names: ReadonlyMap<string, readonly string[]>
  readonly signal: AbortSignal
}

/** AWS answers two of these questions a second for a whole account: a long list is not worth its minute. */
const mostAsked = 6
const answerSeconds = 3

const eventSchema = z.object({
  EventName: z.string(),
  Username: z.string().optional(),
  EventTime: z.date(),
  ReadOnly: z.string().optional(),
})

const identified = z.object({ id: z.unknown(), arn: z.unknown(), name: z.unknown(), bucket: z.unknown() }).partial()
const values = identified.nullish()
const driftSchema = z.object({
  resource_drift: z
    .array(z.object({ address: z.string(), change: z.object({ before: values, after: values }) }))
    .default([]),
})

/** What each drifted resource of a plan is called in AWS. */
export const driftedNames = (plan: unknown): ReadonlyMap<string, readonly string[]> => {
  const parsed = driftSchema.safeParse(plan)
  const drifted = parsed.success ? parsed.data.resource_drift : []
  return new Map(
    drifted.map(({ address, change }) => {
      const { id, arn, name, bucket } = change.before ?? change.after ?? {}
      return [address, [...new Set([id, arn, name, bucket].filter((text) => typeof text === 'string'))]] as const
    }),
  )
}

/** The newest change that CloudTrail knows of one resource. */
export const newestChange = (events: readonly unknown[]): Trace | null => {
  const changes = events.flatMap((event) => {
    const parsed = eventSchema.safeParse(event)
    return parsed.success && parsed.data.ReadOnly !== 'true' ? [parsed.data] : []
  })
  const [newest] = changes.toSorted((left, right) => right.EventTime.getTime() - left.EventTime.getTime())
  if (newest === undefined) return null
  return { who: newest.Username ?? 'unknown', when: newest.EventTime.toISOString(), call: newest.EventName }
}

/**
 * Who changed what drifted, by address, as far as CloudTrail tells within 3 s. What it does not tell, for lack of rights,
 * of time or of a trace of the last 90 days, is absent. Throws INTERRUPTED.
 */
export const whoChanged = async ({ region, names, signal }: Asked): Promise<ReadonlyMap<string, Trace>> => {
  const { CloudTrailClient, LookupEventsCommand } = await import('@aws-sdk/client-cloudtrail')
  const client = new CloudTrailClient({ region, maxAttempts: 1 })
  const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(answerSeconds * 1000)])
  const found = new Map<string, Trace>()
  const lookUp = async (address: string, name: string): Promise<void> => {
    const LookupAttributes = [{ AttributeKey: 'ResourceName' as const, AttributeValue: name }]
    const { Events = [] } = await client.send(new LookupEventsCommand({ LookupAttributes }), { abortSignal })
    const trace = newestChange(Events)
    if (trace !== null && !found.has(address)) found.set(address, trace)
  }
  const questions = [...names].flatMap(([address, all]) => all.slice(0, 1).map((name) => ({ address, name })))
  const asking = questions.slice(0, mostAsked).map(({ address, name }) => lookUp(address, name))
  await Promise.allSettled(asking)
  client.destroy()
  if (signal.aborted) throw interruption(signal, 'asking CloudTrail who changed what')
  return found
}
