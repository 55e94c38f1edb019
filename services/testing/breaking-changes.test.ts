import { expect, test } from 'vitest'
import { apiDocumentSchema } from '../kit/api-document-schema.ts'
import { breakingChanges } from './breaking-changes.ts'

type Change = { readonly body?: object; readonly answer?: object; readonly operation?: object; readonly paths?: object }

const body = {
  type: 'object',
  properties: { name: { type: 'string', maxLength: 10 }, size: { enum: ['s', 'm'] }, count: { type: 'integer' } },
  required: ['name'],
}
const answer = {
  type: 'object',
  properties: { id: { type: 'string' }, rating: { type: 'number' }, note: { type: ['string', 'null'] } },
  required: ['id', 'rating'],
}

function document({ body: bodyChange, answer: answerChange, operation, paths }: Change = {}) {
  return apiDocumentSchema.parse({
    openapi: '3.1.0',
    info: { title: 'things', version: '1' },
    components: { schemas: { Thing: { ...answer, ...answerChange } } },
    paths: {
      '/things': {
        post: {
          operationId: 'createThing',
          security: [],
          requestBody: { required: true, content: { 'application/json': { schema: { ...body, ...bodyChange } } } },
          responses: {
            201: {
              description: '',
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
            },
            409: { description: '' },
          },
          ...operation,
        },
      },
      ...paths,
    },
  })
}

const fields = (of: typeof body | typeof answer, change: object) => ({ properties: { ...of.properties, ...change } })
const { name: _, ...withoutName } = body.properties

test.each<[string, Change, string]>([
  ['an operation goes', { paths: { '/things': {} } }, 'POST /things is gone'],
  ['a status goes', { operation: { responses: { 201: { description: '' } } } }, 'status 409 is gone'],
  ['a token is asked for', { operation: { security: [{ bearer: [] }] } }, 'asks for a token'],
  [
    'a parameter becomes required',
    { operation: { parameters: [{ name: 'q', in: 'query', required: true, schema: {} }] } },
    'query q is now required',
  ],
  ['a field of the body goes', { body: { properties: withoutName } }, 'body.name is gone'],
  ['a field of the body becomes required', { body: { required: ['name', 'count'] } }, 'body.count is now required'],
  ['a field of the body narrows', { body: fields(body, { count: { type: 'boolean' } }) }, 'body.count was integer'],
  [
    'a bound of the body tightens',
    { body: fields(body, { name: { type: 'string', maxLength: 9 } }) },
    'tighter maxLength',
  ],
  ['a word of the body goes', { body: fields(body, { size: { enum: ['m'] } }) }, 'body.size takes fewer values'],
  ['a field of an answer goes', { answer: { properties: { id: {} } } }, 'answer.rating is gone'],
  ['a field of an answer changes', { answer: fields(answer, { id: { type: 'integer' } }) }, 'answer.id was string'],
  [
    'a field of an answer may be null',
    { answer: fields(answer, { rating: { type: ['number', 'null'] } }) },
    'answer.rating',
  ],
  ['a field of an answer may be missing', { answer: { required: ['id'] } }, 'answer.rating may now be missing'],
])('X22: red where %s', (_title, change, message) => {
  expect(breakingChanges(document(), document(change)).join('\n')).toContain(message)
})

test.each<[string, Change]>([
  ['nothing', {}],
  ['a path more', { paths: { '/things/{id}': {} } }],
  ['an optional field more', { body: fields(body, { colour: { type: 'string' } }) }],
  ['a wider bound', { body: fields(body, { name: { type: 'string', maxLength: 11 } }) }],
  ['a field more in an answer', { answer: fields(answer, { colour: { type: 'string' } }) }],
  ['a whole number instead of any', { answer: fields(answer, { rating: { type: 'integer' } }) }],
  ['a field that is never null any more', { answer: fields(answer, { note: { type: 'string' } }) }],
])('X22: green with %s', (_title, change) => {
  expect(breakingChanges(document(), document(change))).toEqual([])
})
