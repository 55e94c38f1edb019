import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { startChild, type TestChild } from '../../testing/child-process.ts'
import { freePort } from '../../testing/free-port.ts'
import { keptLog } from '../../testing/test-app.ts'
import { uuidV7 } from '../../uuid-v7.ts'
import type { Consumption, EventBus, Subscription } from '../bus.ts'
import type { BusTiming } from '../bus-options.ts'
import type { Envelope } from '../envelope.ts'
import { openBus } from '../open-bus.ts'

/** An empty bus of a test's own. */
export type BusPlace = { readonly url: string; readonly prefix?: string; remove(): Promise<void> }

export type Given = { readonly id: string; readonly subject: string; readonly version: number; readonly by: string }

/** What was handed to handlers, and what they have finished, in the order in which it happened. */
export type Recorded = { readonly given: Given[]; readonly finished: Given[] }

export type BusLab = {
  readonly place: BusPlace
  /** As another process would: with connections of its own. Short waits unless told otherwise. */
  open(timing?: Partial<BusTiming>): Promise<EventBus>
  /** One whose server is not there. */
  openAway(): Promise<EventBus>
  /** A member in a real process, that has joined. */
  startProcess(member: { group: string; record: Recorded; mode: 'handle' | 'hang' }): Promise<TestChild>
  end(): Promise<void>
}

export const labTiming = { claimMilliseconds: 2_000, pollMilliseconds: 200, tidyMilliseconds: 200 } as const

/** How long is waited for what must come. */
export const soon = { timeout: 15_000, interval: 20 } as const

const printedSchema = z.object({
  message: z.enum(['given', 'finished']),
  id: z.string(),
  subject: z.string(),
  version: z.int(),
})

export function createLab(place: BusPlace): BusLab {
  const buses: EventBus[] = []
  const programs: TestChild[] = []

  async function openAt(url: string, timing: Partial<BusTiming>): Promise<EventBus> {
    const { logger } = keptLog()
    const validate = ({ data }: Envelope) => (data.wrong === undefined ? null : '/data/wrong: is not there')
    const { prefix } = place
    const bus = await openBus({ url, prefix, source: 'lab', logger, validate, timing: { ...labTiming, ...timing } })
    buses.push(bus)
    return bus
  }

  return {
    place,
    open: (timing = {}) => openAt(place.url, timing),
    async openAway() {
      const url = new URL(place.url)
      url.port = String(await freePort())
      return openAt(url.href, {})
    },
    async startProcess({ group, record, mode }) {
      const { url, prefix } = place
      const { claimMilliseconds } = labTiming
      const environment = { BUS_MEMBER: JSON.stringify({ url, prefix, group, claimMilliseconds, mode }) }
      const program = startChild(new URL('bus-member.ts', import.meta.url), environment, (line) => {
        const { success, data } = printedSchema.safeParse(line)
        if (success) record[data.message].push({ ...data, by: 'process' })
      })
      programs.push(program)
      await program.said('joined')
      return program
    },
    async end() {
      await Promise.all(programs.map((program) => program.kill()))
      await Promise.all(buses.map((bus) => bus.close()))
      await place.remove()
    },
  }
}

export const newRecord = (): Recorded => ({ given: [], finished: [] })

type Member = Partial<Subscription> & Pick<Subscription, 'group'> & { readonly by?: string; readonly record: Recorded }

/** Joins a group and records; `handle` is what it does besides. */
export function consumeInto(bus: EventBus, { record, by = 'here', handle, ...rest }: Member): Promise<Consumption> {
  return bus.consume({
    from: 'beginning',
    ...rest,
    async handle(envelope, signal) {
      const { id, subject, aggregate_version: version } = envelope
      record.given.push({ id, subject, version, by })
      await handle?.(envelope, signal)
      record.finished.push({ id, subject, version, by })
    },
  })
}

export function envelope(subject: string, version: number, data: Envelope['data'] = {}): Envelope {
  return {
    id: uuidV7(new Date()),
    type: 'thing.changed.v1',
    source: 'lab',
    time: new Date().toISOString(),
    subject,
    aggregate_version: version,
    request_id: 'r-1',
    data,
  }
}

/** The first of each subject, then the second of each … */
export function envelopesOf({
  subjects,
  each,
}: {
  readonly subjects: number
  readonly each: number
}): readonly Envelope[] {
  const ids = Array.from({ length: subjects }, () => randomUUID())
  return Array.from({ length: each }, (_, index) => ids.map((subject) => envelope(subject, index + 1))).flat()
}

export async function publishAll(bus: EventBus, envelopes: readonly Envelope[]): Promise<void> {
  for (let from = 0; from < envelopes.length; from += 100) await bus.publish(envelopes.slice(from, from + 100))
}

export const idsOf = (list: readonly { readonly id: string }[]): readonly string[] =>
  list.map(({ id }) => id).toSorted()

/** Of each subject the versions in the order in which they were given. */
export function versionsBySubject(given: readonly Given[]): ReadonlyMap<string, readonly number[]> {
  const versions = new Map<string, number[]>()
  for (const { subject, version } of given) versions.set(subject, [...(versions.get(subject) ?? []), version])
  return versions
}

/** Those that came before the one before them. Once more is no fault: what a dead process had comes again. */
export function outOfOrder(versions: readonly number[]): readonly number[] {
  return versions.filter((version, index) => version > 1 + Math.max(0, ...versions.slice(0, index)))
}
