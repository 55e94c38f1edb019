import { expect, test } from 'vitest'
import { exampleValue } from './docs-example.ts'
import { renderDocsPage } from './docs-page.ts'

const components = {
  Thing: {
    type: 'object',
    properties: { id: { type: 'string', format: 'uuid' }, of: { $ref: '#/components/schemas/Thing' } },
  },
}

test.each([
  [{ type: 'string', example: 'lamp' }, 'lamp'],
  [{ type: 'string', enum: ['a', 'b'] }, 'a'],
  [{ type: ['integer', 'null'] }, 1],
  [{ anyOf: [{ type: 'boolean' }, { type: 'null' }] }, true],
  [{ type: 'array', items: { type: 'string' } }, ['string']],
  [{ allOf: [{ properties: { a: { type: 'integer' } } }, { properties: { b: { const: 2 } } }] }, { a: 1, b: 2 }],
])('an example of %j', (schema, expected) => {
  expect(exampleValue(schema, components)).toEqual(expected)
})

test('a schema that contains itself ends', () => {
  expect(JSON.stringify(exampleValue({ $ref: '#/components/schemas/Thing' }, components)).length).toBeLessThan(1_000)
})

test('text of the document cannot become markup', () => {
  const page = renderDocsPage({
    info: { title: '<img src=x>', version: '1' },
    paths: { '/"><script>': { get: { summary: '<b>', responses: { 200: { description: '</details>' } } } } },
  })
  expect(page).not.toMatch(/<img|<b>|"><script>/)
})
