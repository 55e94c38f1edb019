import { z } from 'zod'
import { services } from '../../registry.ts'
import { type Envelope, envelopeSchema } from '../bus/envelope.ts'
import { type EventData, type EventType, eventCatalogue, isEventType } from './event-catalogue.ts'

/** As the table outbox_events checks it. */
export const envelopeBytesAtMost = 65_536

/** `pointer` is a JSON Pointer into the envelope; a message holds no value of it. */
export type EventFault = { readonly pointer: string; readonly message: string }

export type EventVerdict =
  | { readonly kind: 'valid'; readonly envelope: Envelope }
  /** No such type here, or a version of it that is not known. */
  | { readonly kind: 'unknown'; readonly type: string }
  | { readonly kind: 'invalid'; readonly faults: readonly EventFault[] }

/** Before it is published: exactly what its contract says, from who may say it, and not too large. */
export function judgeWritten(envelope: unknown): EventVerdict {
  return judge(envelope, (schema, data) => schema.safeParse(data))
}

/**
 * Before it is handled: what is known has to be as the contract says. Fields that a later release added are left out of
 * the answer; a type that is not known is for somebody else.
 */
export function judgeRead(envelope: unknown): EventVerdict {
  return judge(envelope, parseKnown)
}

/** The data of a type, for whoever handles it. Throws where it is not what the contract says. */
export function eventData<Type extends EventType>(type: Type, data: unknown): EventData<Type> {
  return eventCatalogue[type].data.parse(data)
}

type Parse = (schema: z.ZodType, data: unknown) => z.ZodSafeParseResult<unknown>

function judge(given: unknown, parse: Parse): EventVerdict {
  const envelope = envelopeSchema.safeParse(given)
  if (!envelope.success) return { kind: 'invalid', faults: faultsOf(envelope.error) }
  const { type, source } = envelope.data
  if (!isEventType(type)) return { kind: 'unknown', type }
  const contract = eventCatalogue[type]
  const teller = services[contract.by].longName
  if (source !== teller) return invalid('/source', `must be ${teller}`)
  const bytes = Buffer.byteLength(JSON.stringify(given))
  if (bytes > envelopeBytesAtMost) return invalid('', `has ${bytes} bytes, more than ${envelopeBytesAtMost}`)
  const data = parse(contract.data, envelope.data.data)
  if (!data.success) return { kind: 'invalid', faults: faultsOf(data.error, '/data') }
  return { kind: 'valid', envelope: { ...envelope.data, data: fieldsSchema.parse(data.data) } }
}

const fieldsSchema = z.record(z.string(), z.unknown())

const invalid = (pointer: string, message: string): EventVerdict => ({
  kind: 'invalid',
  faults: [{ pointer, message }],
})

function faultsOf({ issues }: z.ZodError, base = ''): readonly EventFault[] {
  return issues.map(({ path, message }) => ({ pointer: `${base}${path.map(pointerPart).join('')}`, message }))
}

const pointerPart = (key: PropertyKey): string => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`

/** The strict schema, but for what it does not know. */
const parseKnown: Parse = (schema, data) => {
  const strict = schema.safeParse(data)
  if (strict.success || strict.error.issues.some(({ code }) => code !== 'unrecognized_keys')) return strict
  const known = structuredClone(data)
  for (const issue of strict.error.issues) {
    if (issue.code === 'unrecognized_keys') for (const key of issue.keys) removeKey(known, [...issue.path, key])
  }
  return schema.safeParse(known)
}

function removeKey(value: unknown, [key, ...rest]: readonly PropertyKey[]): void {
  if (typeof value !== 'object' || value === null || key === undefined) return
  if (rest.length === 0) Reflect.deleteProperty(value, key)
  else removeKey(Reflect.get(value, key), rest)
}
