import { expect, test } from 'vitest'
import { apiDocumentSchema } from './api-document-schema.ts'
import { mergeDocuments } from './docs-merge.ts'

const problem = { type: 'object', properties: { code: { type: 'string' } } }

function documentOf(name: string, thing: object) {
  const answer = { 200: { description: '', content: { 'application/json': { schema: ref('schemas/Thing') } } } }
  return {
    name,
    document: apiDocumentSchema.parse({
      openapi: '3.1.0',
      info: { title: name, version: '1' },
      components: {
        schemas: { Problem: problem, Thing: thing, List: { type: 'array', items: ref('schemas/Thing') } },
        examples: { Thing: { value: name } },
      },
      paths: {
        [`/api/v1/${name}`]: { get: { operationId: name, security: [], responses: answer } },
        [`/internal/${name}`]: { get: { operationId: `${name}Inside`, security: [], responses: answer } },
      },
    }),
  }
}

const ref = (name: string) => ({ $ref: `#/components/${name}` })
const info = { title: 'Shop', version: '1', description: '' }
const isPublic = (path: string) => path.startsWith('/api/')

test('what two services name alike but mean differently is kept apart, with all that refers to it', () => {
  const parts = [documentOf('users', { type: 'string' }), documentOf('orders', { type: 'integer' })]
  const { components, paths } = mergeDocuments(parts, { info, isPublic })
  expect(components.schemas).toEqual({
    Problem: problem,
    Thing: { type: 'string' },
    OrdersThing: { type: 'integer' },
    List: { type: 'array', items: ref('schemas/Thing') },
    OrdersList: expect.anything(),
  })
  expect(components.examples).toEqual({ Thing: { value: 'users' }, OrdersThing: { value: 'orders' } })
  expect(paths['/api/v1/orders']?.get?.responses[200]?.content?.['application/json']?.schema).toEqual(
    ref('schemas/OrdersThing'),
  )
})

test('what they mean alike is there once, and inner paths stay inside', () => {
  const parts = [documentOf('users', { type: 'string' }), documentOf('orders', { type: 'string' })]
  const { components, paths } = mergeDocuments(parts, { info, isPublic })
  expect(Object.keys(components.schemas)).toEqual(['Problem', 'Thing', 'List'])
  expect(Object.keys(paths)).toEqual(['/api/v1/users', '/api/v1/orders'])
})
