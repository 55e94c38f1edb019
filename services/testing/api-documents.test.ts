import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { type ApiDocument, apiDocumentSchema, type JsonSchema, operationsOf } from '../kit/api-document-schema.ts'
import { type ServiceName, serviceNames } from '../registry.ts'
import { clientTypesPath, goldenPath, renderClientTypes, renderGolden } from './api-files.ts'
import { faultsAgainst } from './api-validator.ts'
import { breakingChanges } from './breaking-changes.ts'
import { serviceDocuments } from './service-documents.ts'

let documents: Readonly<Record<ServiceName, ApiDocument>>
beforeAll(async () => {
  documents = await serviceDocuments()
})

describe.each(serviceNames)('%s', (name) => {
  test('X22: every operation tells its name, its kind, who may call it, and answers beside the good ones', () => {
    for (const { path, method, operation } of operationsOf(documents[name])) {
      const place = `${method} ${path}`
      expect(operation.operationId, place).toMatch(/^[a-z][A-Za-z]+$/)
      expect(operation.summary, place).not.toBe('')
      expect(operation.tags, place).toHaveLength(1)
      const access = operation['x-access']
      expect(access, place).toBeDefined()
      expect(operation.security.length > 0, place).toBe(access !== 'anyone')
      const statuses = Object.keys(operation.responses)
      const needed = [
        ...['400', '408', '431', '500', '503'],
        ...(access === 'anyone' ? [] : ['401', '403']),
        ...(operation.requestBody === undefined ? [] : ['413', '415', '422']),
        ...(path.includes('{') ? ['404'] : []),
      ]
      expect(statuses, place).toEqual(expect.arrayContaining(needed))
      expect(
        statuses.some((status) => Number(status) < 300),
        place,
      ).toBe(true)
    }
  })

  test('X22: every example is what its schema says', () => {
    const document = documents[name]
    const faults = faultsAgainst(document)
    const shown = examplesOf(document)
    const wrong = shown.flatMap(({ place, schema, example }) =>
      faults(schema, example).map((fault) => `${place}: ${fault} in ${JSON.stringify(example)}`),
    )
    expect(wrong).toEqual([])
    expect(shown.length).toBeGreaterThan(operationsOf(document).length)
  })

  test('X22: what clients were promised still holds, and the golden file says what is', () => {
    const golden = readFileSync(goldenPath(name), 'utf8')
    expect(breakingChanges(apiDocumentSchema.parse(JSON.parse(golden)), documents[name])).toEqual([])
    expect(renderGolden(documents[name]), 'run: node services/testing/write-api-files.ts').toBe(golden)
  })
})

test('X22: operation ids are of one operation in the whole shop', () => {
  const ids = serviceNames.flatMap((name) =>
    operationsOf(documents[name]).map(({ operation }) => operation.operationId),
  )
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
})

test('X22: the types of the tests’ client are those of the documents', () => {
  const committed = readFileSync(clientTypesPath, 'utf8')
  expect(renderClientTypes(documents), 'run: node services/testing/write-api-files.ts').toBe(committed)
})

type Shown = { readonly place: string; readonly schema: JsonSchema; readonly example: unknown }

function examplesOf(document: ApiDocument): readonly Shown[] {
  return operationsOf(document).flatMap(({ operation }) => {
    const { operationId, parameters, requestBody, responses } = operation
    const contents = [
      ['body', requestBody?.content] as const,
      ...Object.entries(responses).map(([status, { content }]) => [status, content] as const),
    ]
    const bodies = contents.flatMap(([place, content = {}]) =>
      Object.entries(content).flatMap(([type, { schema = {}, example, examples = {} }]) => {
        const named = Object.keys(examples).map((code) => problemExample(document, code))
        const all = type === 'application/json' ? [example] : named
        return all.map((value) => ({ place: `${operationId} ${place}`, schema, example: value }))
      }),
    )
    const given = parameters.filter(({ schema }) => schema.example !== undefined)
    return [
      ...bodies,
      ...given.map(({ name, schema }) => ({ place: `${operationId} ${name}`, schema, example: schema.example })),
    ]
  })
}

function problemExample({ components }: ApiDocument, code: string): unknown {
  const examples: unknown = components.examples
  if (typeof examples !== 'object' || examples === null) return undefined
  const found: unknown = Object.entries(examples).find(([name]) => name === code.replaceAll('/', '.'))?.[1]
  return typeof found === 'object' && found !== null && 'value' in found ? found.value : undefined
}
