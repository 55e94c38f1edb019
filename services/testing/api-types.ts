import type { ApiContent, ApiDocument, ApiOperation, ApiParameter, JsonSchema } from '../kit/api-document-schema.ts'
import { isSchema, propertiesOf, typesOf, valuesOf } from './schema-parts.ts'

/** The types that openapi-fetch takes, of one service: `export type usersPaths = { … }`. */
export function renderApiTypes(name: string, document: ApiDocument): string {
  const paths = Object.entries(document.paths).map(([path, methods]) => {
    const operations = Object.entries(methods).map(([method, operation]) => `${method}: ${renderOperation(operation)}`)
    return `${JSON.stringify(path)}: {\n    ${operations.join('\n    ')}\n  }`
  })
  const schemas = Object.entries(document.components.schemas).map(
    ([schemaName, schema]) => `${JSON.stringify(schemaName)}: ${renderType(schema)}`,
  )
  const [pathsType, schemasType] = [`${name}Paths`, `${name}Schemas`]
  return [
    `export type ${pathsType} = { \n  ${paths.join('\n  ').replaceAll('%schemas%', schemasType)}\n}`,
    `export type ${schemasType} = { \n  ${schemas.join('\n  ').replaceAll('%schemas%', schemasType)}\n}`,
    '',
  ].join('\n')
}

function renderOperation({ parameters, requestBody, responses }: ApiOperation): string {
  const places = (['path', 'query', 'header'] as const).map((place) => {
    const own = parameters.filter((parameter) => parameter.in === place)
    if (own.length === 0) return `${place}?: never`
    return `${place}${own.some(({ required }) => required) ? '' : '?'}: { ${own.map(renderParameter).join('; ')} }`
  })
  const body =
    requestBody === undefined
      ? 'requestBody?: never'
      : `requestBody${requestBody.required ? '' : '?'}: { content: ${renderContent(requestBody.content)} }`
  const answers = Object.entries(responses).map(([status, { content }]) => {
    const shown = content === undefined ? 'content?: never' : `content: ${renderContent(content)}`
    return `${status}: { headers: { [name: string]: unknown }; ${shown} }`
  })
  return `{ parameters: { ${places.join('; ')}; cookie?: never }; ${body}; responses: { ${answers.join('; ')} } }`
}

function renderParameter({ name, required, schema }: ApiParameter): string {
  return `${JSON.stringify(name)}${required ? '' : '?'}: ${renderType(schema)}`
}

function renderContent(content: ApiContent): string {
  const entries = Object.entries(content).map(([type, { schema }]) => `${JSON.stringify(type)}: ${renderType(schema)}`)
  return `{ ${entries.join('; ')} }`
}

const simple: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
}

function renderType(schema: JsonSchema = {}): string {
  if (typeof schema.$ref === 'string') return `%schemas%[${JSON.stringify(schema.$ref.split('/').at(-1))}]`
  const values = valuesOf(schema)
  if (values !== null) return values.join(' | ')
  const members = Array.isArray(schema.allOf) ? schema.allOf.filter(isSchema) : []
  if (members.length > 0) return members.map((member) => `(${renderType(member)})`).join(' & ')
  for (const choices of [schema.anyOf, schema.oneOf]) {
    if (Array.isArray(choices))
      return choices
        .filter(isSchema)
        .map((choice) => `(${renderType(choice)})`)
        .join(' | ')
  }
  const types = typesOf(schema)
  if (types.length === 0) return 'unknown'
  return types.map((type) => renderOne(type, schema)).join(' | ')
}

function renderOne(type: string, schema: JsonSchema): string {
  if (type === 'array') return `(${isSchema(schema.items) ? renderType(schema.items) : 'unknown'})[]`
  if (type !== 'object') return simple[type] ?? 'unknown'
  const { properties, required } = propertiesOf(schema)
  const fields = Object.entries(properties).map(
    ([name, field]) => `${JSON.stringify(name)}${required.includes(name) ? '' : '?'}: ${renderType(field)}`,
  )
  if (fields.length > 0) return `{ ${fields.join('; ')} }`
  return isSchema(schema.additionalProperties)
    ? `{ [name: string]: ${renderType(schema.additionalProperties)} }`
    : '{ [name: string]: unknown }'
}
