import fc from 'fast-check'
import type { ApiDocument, JsonSchema } from '../../kit/api-document-schema.ts'
import { alternativesOf, isSchema, propertiesOf, resolved } from '../schema-parts.ts'

const deep = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels))

/** Texts that have broken parsers, columns, patterns, logs and searches elsewhere. */
export const oddTexts: readonly string[] = [
  ...[
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '\ud800',
    'a\udfffb',
    '\u202eRTL',
    '\u2028',
    '\ufeff',
    'İıẞ',
    'e\u0301'.repeat(40),
  ],
  ...["'; drop table users; --", '"unclosed', '%', '_', '\\', 'a & | !', ':*', '*', '../..', '<script>', '{{7*7}}'],
  ...['null', 'true', 'NaN', '0x10', '1e1', '+5', '-0', '9'.repeat(40), '2026-02-30T25:61:00Z', '🔑'.repeat(500)],
  ...['constructor', '__proto__', 'x'.repeat(201), 'x'.repeat(10_001), 'x'.repeat(70_000)],
]

const oddNumbers = [-1, 0, 1, 1.5, -0, 1e9, 1e12, 1e12 + 1, 2 ** 31, 2 ** 53, 2 ** 63, 1e308, -1e308, 5e-324]

/** Anything that JSON can hold where something else was expected. */
export function oddValue(schemas: readonly JsonSchema[], document: ApiDocument): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.constantFrom<unknown>(...oddTexts),
    fc.constantFrom<unknown>(...oddNumbers),
    fc.constantFrom<unknown>(null, true, false, [], {}, [null], { a: {} }, deep(200), { __proto__: null, toString: 1 }),
    fc.constantFrom<unknown>(...schemas.flatMap((schema) => aroundBounds(schema, document)), 7),
    fc.jsonValue({ maxDepth: 3 }),
    fc.string({ unit: 'binary', maxLength: 40 }),
  )
}

/** One below, at, and one above every bound that the schema names, wherever in it. */
function aroundBounds(given: JsonSchema, document: ApiDocument): readonly unknown[] {
  const schema = resolved(given, document)
  const bound = (name: string) => (typeof schema[name] === 'number' ? [schema[name]] : [])
  const numbers = [...bound('minimum'), ...bound('maximum')].flatMap((at) => [at - 1, at, at + 1])
  const lengths = [...bound('minLength'), ...bound('maxLength')].flatMap((at) => [at - 1, at, at + 1])
  const texts = lengths.filter((length) => length >= 0).flatMap((length) => ['x'.repeat(length), '🔑'.repeat(length)])
  const counts = [...bound('minItems'), ...bound('maxItems')].flatMap((at) => [at - 1, at + 1])
  const lists = counts.filter((count) => count >= 0).map((count) => Array.from({ length: count }, () => 'x'))
  const inner = [
    ...Object.values(propertiesOf(schema).properties),
    ...(isSchema(schema.items) ? [schema.items] : []),
    ...alternativesOf(schema).filter((choice) => choice !== schema),
  ]
  return [...numbers, ...texts, ...lists, ...inner.flatMap((part) => aroundBounds(part, document))]
}
