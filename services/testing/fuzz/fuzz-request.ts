import fc from 'fast-check'
import type { ApiParameter, PlacedOperation } from '../../kit/api-document-schema.ts'
import { oddTexts, oddValue } from './odd-values.ts'
import { type Making, madeValue } from './schema-arbitrary.ts'

export const actors = ['anon', 'user', 'admin', 'service', 'other service'] as const

export type FuzzRequest = {
  readonly actor: (typeof actors)[number]
  readonly method: string
  /** With its query, as it goes over the wire. */
  readonly target: string
  readonly headers: Readonly<Record<string, string | string[]>>
  /** Bytes as latin1 text; null: none. */
  readonly body: string | null
  /** What was done to it, for the report. */
  readonly kind: string
}

const fullyValid = 'valid'

/** What the document allows, from the given actors. */
export function rightRequestsTo(
  placed: PlacedOperation,
  making: Making,
  from: Actors = actors,
): fc.Arbitrary<FuzzRequest> {
  return rightParts(placed, making, from).map((parts) => built(placed, { kind: fullyValid, parts }))
}

type Actors = readonly FuzzRequest['actor'][]

function rightParts({ operation }: PlacedOperation, making: Making, from: Actors): fc.Arbitrary<Parts> {
  const { parameters, requestBody } = operation
  const bodySchema = requestBody?.content['application/json']?.schema
  return fc.record({
    actor: fc.constantFrom(...from),
    body: bodySchema === undefined ? fc.constant(undefined) : madeValue(bodySchema, making),
    parameters: fc.record(Object.fromEntries(parameters.map((each) => [keyOf(each), parameterValue(each, making)]))),
  })
}

const built = (
  { path, method }: PlacedOperation,
  { kind, parts }: { readonly kind: string; readonly parts: Parts },
): FuzzRequest => ({ kind, method: method.toUpperCase(), ...render(path, parts) })

/** Requests to one operation: right ones, ones with one fault, ones with many, and ones that no client would send. */
export function requestsTo(placed: PlacedOperation, making: Making): fc.Arbitrary<FuzzRequest> {
  const { parameters, requestBody } = placed.operation
  const bodySchema = requestBody?.content['application/json']?.schema
  const schemas = [...(bodySchema === undefined ? [] : [bodySchema]), ...parameters.map(({ schema }) => schema)]
  const odd = oddValue(schemas, making.document)
  const texts = fc.oneof(
    fc.constantFrom(...oddTexts),
    odd.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))),
  )

  const right = rightParts(placed, making, actors)
  const withFault = (kind: string, parts: Parts) => built(placed, { kind, parts })

  const valid = rightRequestsTo(placed, making)
  const oneFault = fc
    .tuple(right, fc.nat(), odd)
    .map(([parts, at, value]) => withFault('one fault', { ...parts, body: broken(parts.body, { at, value }) }))
  const manyFaults = fc
    .tuple(right, fc.array(fc.tuple(fc.nat(), odd), { minLength: 2, maxLength: 6 }))
    .map(([parts, all]) =>
      withFault('many faults', {
        ...parts,
        body: all.reduce((value: unknown, [at, replacement]) => broken(value, { at, value: replacement }), parts.body),
      }),
    )
  const oddParameter = fc.tuple(right, fc.nat(), texts).map(([parts, at, value]) => {
    const names = Object.keys(parts.parameters)
    const name = names[at % Math.max(names.length, 1)] ?? 'query unknown'
    return withFault('odd parameter', { ...parts, parameters: { ...parts.parameters, [name]: value } })
  })
  const oddQuery = fc
    .tuple(valid, fc.oneof(fc.constantFrom(...oddQueries), fc.webQueryParameters()))
    .map(([request, query]) => ({ ...request, kind: 'odd query', target: `${request.target.split('?')[0]}?${query}` }))
  const oddBody = fc
    .tuple(valid, fc.constantFrom(...oddBodies))
    .map(([request, text]) => ({ ...request, kind: 'odd body', body: text }))
  const oddType = fc.tuple(valid, fc.constantFrom(...oddContentTypes)).map(([request, type]) => {
    const { 'content-type': _, ...headers } = request.headers
    return { ...request, kind: 'odd type', headers: { ...headers, ...(type === null ? {} : { 'content-type': type }) } }
  })
  const oddHeader = fc.tuple(valid, fc.constantFrom(...oddHeaders)).map(([request, headers]) => ({
    ...request,
    kind: 'odd header',
    headers: { ...request.headers, ...headers },
  }))
  const oddMethod = fc
    .tuple(
      valid,
      fc.constantFrom('PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'LOCK', 'DELETE', 'PUT', 'POST', 'GET', 'HEAD'),
    )
    .map(([request, other]) => ({ ...request, kind: 'odd method', method: other }))
  const changing = requestBody === undefined ? [] : [oneFault, oneFault, manyFaults, oddType]
  return fc.oneof(
    { arbitrary: valid, weight: 4 },
    { arbitrary: oddMethod, weight: 1 },
    ...[...changing, oddParameter, oddQuery, oddBody, oddHeader].map((arbitrary) => ({ arbitrary, weight: 1 })),
  )
}

type Parts = {
  readonly actor: FuzzRequest['actor']
  readonly body: unknown
  readonly parameters: Readonly<Record<string, unknown>>
}

const keyOf = ({ in: place, name }: ApiParameter): string => `${place} ${name}`

function parameterValue({ schema, required, name }: ApiParameter, making: Making): fc.Arbitrary<unknown> {
  const value = madeValue(schema, making, name)
  return required ? value : fc.option(value, { nil: undefined })
}

function render(template: string, { actor, body, parameters }: Parts) {
  let path = template
  const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
  const query = new URLSearchParams()
  const headers: Record<string, string | string[]> = {}
  for (const [key, value] of Object.entries(parameters)) {
    const [place = '', name = ''] = key.split(' ', 2)
    if (value === undefined) continue
    if (place === 'path') path = path.replace(`{${name}}`, encodeURIComponent(asText(value).toWellFormed()) || '-')
    if (place === 'query') query.set(name, asText(value))
    if (place === 'header') headers[name.toLowerCase()] = headerText(asText(value))
  }
  if (body !== undefined) headers['content-type'] = 'application/json'
  const target = query.size > 0 ? `${path}?${query}` : path
  return { actor, target, headers, body: body === undefined ? null : asBytes(JSON.stringify(body)) }
}

/** What a header line can hold: no control characters, nothing beyond latin1. */
const headerText = (text: string): string => text.replace(/[^\t\x20-\x7e\xa0-\xff]/g, '').slice(0, 2_000)
const asBytes = (text: string): string => Buffer.from(text).toString('latin1')

/** One member of the value, or the whole, replaced, removed or joined by another. */
function broken(value: unknown, fault: { readonly at: number; readonly value: unknown }): unknown {
  if (typeof value !== 'object' || value === null || fault.at % 7 === 0) return fault.value
  const inner = { ...fault, at: Math.floor(fault.at / 7) }
  if (Array.isArray(value)) {
    const index = inner.at % (value.length + 1)
    return index === value.length ? [...value, fault.value] : value.with(index, broken(value[index], inner))
  }
  const entries = Object.entries(value)
  const index = inner.at % (entries.length + 2)
  const chosen = entries[index]
  if (index === entries.length) return { ...value, unknown_field: fault.value }
  if (chosen === undefined) return Object.fromEntries(entries.slice(1))
  return { ...value, [chosen[0]]: broken(chosen[1], inner) }
}

const oddQueries = [
  ...[
    '%',
    '%ff',
    '%00',
    'a=%c3%28',
    'limit=',
    'limit=0',
    'limit=101',
    'limit=1e1',
    'limit=0x10',
    'limit=+5',
    'limit=-1',
  ],
  ...['limit=5&limit=6', 'cursor=a.b', 'cursor=', 'cursor=%00', 'sort=price;drop', 'sort=__proto__', 'unknown=1'],
  ...['q=%00', 'q=%ed%a0%80', 'price_min=9999999999999999999', 'in_stock=1', '&&&', '=', `q=${'a'.repeat(3_000)}`],
]

const oddBodies = [
  ...[
    '',
    '{',
    '[]',
    'null',
    '"text"',
    '0',
    'true',
    '{"a":1}{',
    '\x00',
    '\xff\xfe',
    '{"a":"\xc3\x28"}',
    '{"a":"\\ud800"}',
  ],
  ...[
    '{"__proto__":{"role":"admin"}}',
    '{"constructor":{"prototype":{}}}',
    `{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
  ],
  ...['[1e400]', '{"a":1,"a":2}', `{"a":"${'x'.repeat(140_000)}"}`, 'email=a&password=b', '\xef\xbb\xbf{}'],
]

const oddContentTypes = [
  ...['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data', 'json', '*/*'],
  ...['application/json; charset=utf-16', 'application/json;', 'APPLICATION/JSON', 'application/problem+json', null],
]

const oddHeaders: readonly Readonly<Record<string, string | string[]>>[] = [
  { authorization: 'Bearer' },
  { authorization: 'Basic YWRtaW46YWRtaW4=' },
  { authorization: `Bearer ${'a'.repeat(8_000)}` },
  { authorization: ['Bearer a.b.c', 'Bearer d.e.f'] },
  { 'if-match': '*' },
  { 'if-match': 'W/"1"' },
  { 'if-match': ['"1"', '"2"'] },
  { 'if-match': '"99999999999999999999"' },
  { 'if-none-match': '"' },
  { 'if-none-match': ['"1"', '*'] },
  { 'idempotency-key': ['a', 'b'] },
  { 'idempotency-key': '' },
  { 'x-request-id': ['a', 'b'] },
  { 'x-user-id': 'admin', 'x-role': 'admin', 'x-http-method-override': 'DELETE', 'x-original-url': '/internal' },
  { 'accept-encoding': 'br, gzip, zstd' },
  { accept: 'text/html' },
  { 'content-encoding': 'gzip' },
  { expect: '100-continue' },
  { range: 'bytes=0-1' },
  { origin: 'https://evil.test' },
  { cookie: 'session=1; session=2' },
]
