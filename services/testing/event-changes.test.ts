import { expect, test } from 'vitest'
import { brokenPromises } from './event-changes.ts'
import { readEventFiles, renderedEventFiles, schemasOf } from './event-files.ts'

const written = 'node services/testing/write-api-files.ts'

test('E18: what readers of events were promised still holds, and the golden files say what is', () => {
  const [golden, present] = [readEventFiles(), renderedEventFiles()]
  expect(brokenPromises(schemasOf(golden), schemasOf(present))).toEqual([])
  expect([...golden.keys()].sort(), `run: ${written}`).toEqual([...present.keys()].sort())
  for (const [name, text] of present) expect(golden.get(name), `run: ${written}`).toBe(text)
})

const fields = {
  id: { type: 'string', format: 'uuid' },
  cents: { type: 'integer', minimum: 0, maximum: 100 },
  state: { type: 'string', enum: ['open', 'closed'] },
  word: { type: 'string', pattern: '^[a-z]+$' },
  parent: { anyOf: [{ type: 'string', format: 'uuid' }, { type: 'null' }] },
  lines: { type: 'array', maxItems: 5, items: { type: 'object', properties: { units: { type: 'integer' } } } },
}
const { parent: _, ...withoutParent } = fields
const type = 'thing.changed.v1'

type Data = { readonly properties?: object; readonly required?: readonly string[] }

const schema = ({ properties = fields, required = ['id', 'cents'] }: Data = {}) => ({
  type: 'object',
  properties: { type: { const: type }, data: { type: 'object', properties, required, additionalProperties: false } },
  required: ['type', 'data'],
})
const changed = (change: object) => ({ properties: { ...fields, ...change } })
const lines = (items: object, change: object = {}) => changed({ lines: { ...fields.lines, items, ...change } })

test.each<[string, Data, string]>([
  ['a field goes', { properties: withoutParent }, 'data.parent is gone'],
  ['a field has another name', { properties: { ...withoutParent, above: fields.parent } }, 'data.parent is gone'],
  ['a field is of another type', changed({ cents: { type: 'string' } }), 'data.cents was integer and is string'],
  ['a field may be a fraction', changed({ cents: { ...fields.cents, type: 'number' } }), 'data.cents was integer'],
  ['a field may be null', changed({ id: { anyOf: [fields.id, { type: 'null' }] } }), 'data.id was string'],
  ['a field is never null any more', changed({ parent: fields.id }), 'data.parent was anything'],
  ['an id is any text', changed({ id: { type: 'string' } }), 'data.id has another format'],
  ['a number is narrower', changed({ cents: { ...fields.cents, maximum: 99 } }), 'data.cents has a tighter maximum'],
  ['a number is wider', changed({ cents: { ...fields.cents, minimum: -1 } }), 'data.cents has a wider minimum'],
  [
    'a word is of another form',
    changed({ word: { type: 'string', pattern: '^[a-f]+$' } }),
    'data.word has a tighter pattern',
  ],
  ['a state goes', changed({ state: { type: 'string', enum: ['open'] } }), 'data.state takes fewer values'],
  [
    'a state comes',
    changed({ state: { type: 'string', enum: ['open', 'closed', 'lost'] } }),
    'data.state has words that its readers do not know',
  ],
  ['states become any text', changed({ state: { type: 'string' } }), 'data.state has words'],
  ['a field may be missing', { required: ['id'] }, 'data.cents may now be missing'],
  ['a field is needed that was not', { required: ['id', 'cents', 'word'] }, 'data.word is now required'],
  [
    'a needed field comes',
    { ...changed({ more: { type: 'integer' } }), required: ['id', 'cents', 'more'] },
    'data.more is now required',
  ],
  ['a field of a line goes', lines({ type: 'object', properties: {} }), 'data.lines[].units is gone'],
  [
    'a field of a line narrows',
    lines({ type: 'object', properties: { units: { type: 'integer', maximum: 9 } } }),
    'data.lines[].units has a tighter maximum',
  ],
  ['more lines come', lines(fields.lines.items, { maxItems: 6 }), 'data.lines has a wider maxItems'],
])('E18: red where %s', (_title, data, message) => {
  const broken = brokenPromises(new Map([[type, schema()]]), new Map([[type, schema(data)]]))
  expect(broken.join('\n')).toContain(`${type}: envelope.${message}`)
})

test('E18: red where a type goes', () => {
  expect(brokenPromises(new Map([[type, schema()]]), new Map())).toEqual([`${type} is gone`])
})

test.each<[string, Data]>([
  ['nothing', {}],
  ['an optional field', changed({ more: { type: 'string', enum: ['a'] } })],
  ['an optional field in a line', lines({ type: 'object', properties: { units: { type: 'integer' }, more: {} } })],
  ['another description', changed({ cents: { ...fields.cents, description: 'in cents' } })],
])('E18: green with %s', (_title, data) => {
  expect(brokenPromises(new Map([[type, schema()]]), new Map([[type, schema(data)]]))).toEqual([])
})

test('E18: green with a new version beside the old one', () => {
  const both = new Map([
    [type, schema()],
    ['thing.changed.v2', schema({ properties: {}, required: [] })],
  ])
  expect(brokenPromises(new Map([[type, schema()]]), both)).toEqual([])
})
