import { z } from 'zod'
import { adoptedKinds, detailNameCharacters } from '../pipeline/adopt-fields.ts'
import type { Condition, LogFilter, Reference } from '../pipeline/log-filter.ts'

export type LogEvent = { [name: string]: unknown; tags: string[]; '@timestamp': string }

/** What Logstash asks others: where an address is, and what a client's program is called. */
export type Lookups = {
  readonly place: (address: string) => Readonly<Record<string, unknown>> | null
  readonly program: (userAgent: string) => Readonly<Record<string, unknown>>
}

const fields = z.record(z.string(), z.unknown())
type Fields = z.infer<typeof fields>

const partsOf = (reference: Reference): readonly string[] => reference.slice(1, -1).split('][')

function get(event: Fields, reference: Reference): unknown {
  let found: unknown = event
  for (const part of partsOf(reference)) {
    const inside = fields.safeParse(found)
    if (!inside.success) return undefined
    found = inside.data[part]
  }
  return found
}

/** Only of a field at the top: no filter writes deeper. */
function set(event: Fields, reference: Reference, value: unknown): void {
  const [name = '', ...deeper] = partsOf(reference)
  if (deeper.length > 0) throw new Error(`${reference} is not at the top`)
  if (value === undefined) delete event[name]
  else event[name] = value
}

function holds(event: LogEvent, condition: Condition): boolean {
  switch (condition.when) {
    case 'matches': {
      const value = get(event, condition.field)
      return typeof value === 'string' && new RegExp(`^(?:${condition.pattern})$`).test(value)
    }
    case 'tagged':
      return event.tags.includes(condition.tag)
    case 'not':
      return !holds(event, condition.condition)
  }
}

const textAt = (event: LogEvent, reference: Reference): string => {
  const value = get(event, reference)
  return typeof value === 'string' ? value : ''
}

function parseJson(event: LogEvent, { source, target, failureTag }: Extract<LogFilter, { do: 'json' }>): void {
  try {
    set(event, target, JSON.parse(textAt(event, source)))
  } catch {
    event.tags.push(failureTag)
  }
}

const plain = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value))

/** As adopt-fields.ts has it in Ruby. */
function adopt(event: LogEvent, filter: Extract<LogFilter, { do: 'adopt' }>): void {
  const kinds = adoptedKinds(filter.fields)
  const line = fields.parse(get(event, filter.source) ?? {})
  set(event, filter.source, undefined)
  const malformed: Fields = {}
  const details: Fields = {}
  for (const [name, value] of Object.entries(line)) {
    if (value === null) continue
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined
    const object = fields.safeParse(value)
    if (kind === 'text' && typeof value === 'string') event[name] = value
    else if (kind === 'number' && typeof value === 'number') event[name] = value
    else if (kind === 'error' && object.success && !Array.isArray(value)) event[name] = partsAsText(object.data)
    else if (kind === 'error' && typeof value === 'string') event[name] = { message: value }
    else if (kind !== undefined) malformed[name] = plain(value)
    else details[[...name.replaceAll(/[^A-Za-z0-9_.-]/gu, '_')].slice(0, detailNameCharacters).join('')] = plain(value)
  }
  if (Object.keys(malformed).length > 0) {
    event.malformed = malformed
    event.tags.push('wrong_type')
  }
  if (Object.keys(details).length > 0) event.details = details
}

const partsAsText = (error: Fields): Fields =>
  Object.fromEntries(
    Object.entries(error)
      .filter(([, part]) => part !== null)
      .map(([part, text]) => [part, plain(text)]),
  )

/** A day that its month does not have is no date, though JavaScript would count on. */
function timeOf(text: string): string | null {
  const time = new Date(text)
  const zone = /Z$/.test(text)
  if (Number.isNaN(time.getTime())) return null
  return zone && time.toISOString().slice(0, 10) !== text.slice(0, 10) ? null : time.toISOString()
}

function dated(event: LogEvent, { source, failureTag }: Extract<LogFilter, { do: 'date' }>): void {
  const time = timeOf(textAt(event, source))
  if (time === null) event.tags.push(failureTag)
  else event['@timestamp'] = time
}

function step(event: LogEvent, filter: LogFilter, lookups: Lookups): void {
  switch (filter.do) {
    case 'json':
      parseJson(event, filter)
      break
    case 'adopt':
      adopt(event, filter)
      break
    case 'rename':
      set(event, filter.to, get(event, filter.from))
      break
    case 'replace':
      set(event, filter.field, filter.text)
      break
    case 'uppercase':
      set(event, filter.field, textAt(event, filter.field).toUpperCase())
      break
    case 'translate': {
      const text = textAt(event, filter.field)
      set(event, filter.field, Object.hasOwn(filter.words, text) ? filter.words[text] : text)
      break
    }
    case 'date':
      dated(event, filter)
      break
    case 'geoip':
      set(event, filter.target, lookups.place(textAt(event, filter.source)) ?? undefined)
      break
    case 'useragent':
      set(event, filter.target, lookups.program(textAt(event, filter.source)))
      break
    case 'tag':
      event.tags.push(filter.tag)
      break
    case 'remove':
      for (const field of filter.fields) set(event, field, undefined)
      break
    case 'if':
      runAll(event, holds(event, filter.condition) ? filter.filters : (filter.otherwise ?? []), lookups)
  }
}

const runAll = (event: LogEvent, filters: readonly LogFilter[], lookups: Lookups): void => {
  for (const filter of filters) step(event, filter, lookups)
}

const nowhere: Lookups = { place: () => null, program: () => ({ name: 'Other' }) }

/** What the filters make of an event: the very list that Logstash is rendered from, without Logstash. */
export function runFilters(
  filters: readonly LogFilter[],
  given: Readonly<Record<string, unknown>>,
  lookups: Lookups = nowhere,
): LogEvent {
  const event: LogEvent = { '@timestamp': '2026-01-01T00:00:00.000Z', tags: [], ...structuredClone(given) }
  runAll(event, filters, lookups)
  return event
}
