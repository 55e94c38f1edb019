import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { ApiDocument, JsonSchema } from '../kit/api-document-schema.ts'

/** Why a value is not what a schema of the document says; empty where it is. */
export type Faults = (schema: JsonSchema, value: unknown) => readonly string[]

/** Compiles each schema once. */
export function faultsAgainst({ components }: ApiDocument): Faults {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true })
  addFormats.default(ajv)
  ajv.addSchema({ $id: 'api', components })
  const compiled = new WeakMap<JsonSchema, ReturnType<typeof ajv.compile>>()
  return (schema, value) => {
    let validate = compiled.get(schema)
    if (validate === undefined) {
      validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/')))
      compiled.set(schema, validate)
    }
    if (validate(value)) return []
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`)
  }
}
