import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { eventTypes } from '../kit/event-schemas/event-catalogue.ts'
import { asyncApiDocument, eventJsonSchema, exampleEnvelope } from '../kit/event-schemas/event-documents.ts'

const schemaPath = createRequire(import.meta.url).resolve('@asyncapi/specs/schemas/3.0.0.json')
const officialSchema = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(schemaPath, 'utf8')))

function faultsOf(document: unknown): readonly string[] {
  // It brings the schema of schemas with it.
  const ajv = new Ajv({ strict: false, allErrors: true, meta: false, validateSchema: false })
  addFormats.default(ajv)
  const validate = ajv.compile(officialSchema)
  if (validate(document)) return []
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

/** As it is written to the file. */
const document = () => z.looseObject({ channels: z.unknown() }).parse(JSON.parse(JSON.stringify(asyncApiDocument())))

test('E18: the document is AsyncAPI 3.0 by the official schema, which a wrong one is not', () => {
  expect(faultsOf(document())).toEqual([])
  expect(faultsOf({ ...document(), channels: { events: { address: 7 } } })).toContainEqual(
    expect.stringMatching(/^\/channels\/events/),
  )
})

test('E18: every reference in it leads somewhere', () => {
  const text = JSON.stringify(document())
  const references = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path?.split('/') ?? [])
  expect(references.length).toBeGreaterThanOrEqual(2 * eventTypes.length)
  for (const path of references) expect(document()).toHaveProperty(path)
})

test.each(eventTypes)(
  'E18: the example of %s is what its JSON Schema says, and one with a field more is not',
  (type) => {
    const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true })
    addFormats.default(ajv)
    const validate = ajv.compile(eventJsonSchema(type))
    const example = exampleEnvelope(type)
    expect([validate(example), validate.errors]).toEqual([true, null])
    expect(validate({ ...example, data: { ...example.data, name: 'Ada' } })).toBe(false)
  },
)
