import { type ApiDocument, type ApiOperation, type JsonSchema, operationsOf } from '../kit/api-document-schema.ts'
import {
  alternativesOf,
  type Definitions,
  isSchema,
  propertiesOf,
  resolved,
  typesOf,
  valuesOf,
} from './schema-parts.ts'

type Sides = { readonly before: Definitions; readonly after: Definitions }
/** `in`: what clients send may only be taken more kindly. `out`: what they get may only say more. */
type Direction = 'in' | 'out'

/** What a client of the document before cannot live with; empty where it can be replaced. */
export function breakingChanges(before: ApiDocument, after: ApiDocument): readonly string[] {
  return operationsOf(before).flatMap(({ path, method, operation }) => {
    const name = `${method.toUpperCase()} ${path}`
    const next = after.paths[path]?.[method]
    if (next === undefined) return [`${name} is gone`]
    return operationChanges(operation, next, { before, after }).map((change) => `${name}: ${change}`)
  })
}

function operationChanges(before: ApiOperation, after: ApiOperation, sides: Sides): readonly string[] {
  const compare = schemaChanges(sides)
  const gone = Object.keys(before.responses).filter((status) => !(status in after.responses))
  const known = new Map(before.parameters.map((parameter) => [`${parameter.in} ${parameter.name}`, parameter]))
  const present = new Map(after.parameters.map((parameter) => [`${parameter.in} ${parameter.name}`, parameter]))
  const parameters = [...present].flatMap(([name, parameter]) => {
    const earlier = known.get(name)
    if (parameter.required && earlier?.required !== true) return [`${name} is now required`]
    if (earlier === undefined) return []
    return compare(earlier.schema, parameter.schema, { direction: 'in', place: name })
  })
  return [
    ...gone.map((status) => `status ${status} is gone`),
    ...[...known.keys()].filter((name) => !present.has(name)).map((name) => `${name} is gone`),
    ...parameters,
    ...(before.operationId === after.operationId ? [] : [`its operationId was ${before.operationId}`]),
    ...(after.security.length > 0 && before.security.length === 0 ? ['it now asks for a token'] : []),
    ...(after.requestBody?.required === true && before.requestBody === undefined ? ['it now needs a body'] : []),
    ...contentChanges(before.requestBody?.content, after.requestBody?.content, { compare, direction: 'in' }),
    ...Object.entries(before.responses).flatMap(([status, response]) =>
      contentChanges(response.content, after.responses[status]?.content, { compare, direction: 'out' }).map(
        (change) => `${status} ${change}`,
      ),
    ),
  ]
}

type Content = NonNullable<ApiOperation['responses'][string]['content']>
type Comparing = { readonly compare: Compare; readonly direction: Direction }

function contentChanges(before: Content = {}, after: Content = {}, { compare, direction }: Comparing) {
  return Object.entries(before).flatMap(([type, media]) => {
    const next = after[type]
    if (next === undefined) return [`${type} is gone`]
    return compare(media.schema ?? {}, next.schema ?? {}, { direction, place: direction === 'in' ? 'body' : 'answer' })
  })
}

type Place = { readonly direction: Direction; readonly place: string }
type Compare = (before: JsonSchema, after: JsonSchema, at: Place) => readonly string[]

const deepest = 12

/** Compares two schemas; references in them are looked up in the documents that they stand in. */
export function schemaChanges(sides: Sides): Compare {
  type Deep = Place & { readonly depth: number }
  const compare = (before: JsonSchema, after: JsonSchema, { direction, place, depth }: Deep): readonly string[] => {
    if (depth > deepest) return []
    const [one, other] = [resolved(before, sides.before), resolved(after, sides.after)]
    const changes: string[] = []
    // A client may send what fits the old, and must understand all that the new may answer.
    const [wide, narrow] = direction === 'in' ? [other, one] : [one, other]
    const [accepted, sent] = [typesOf(wide), typesOf(narrow)]
    if (accepted.length > 0 && (sent.length === 0 || sent.some((type) => !takes(accepted, type)))) {
      changes.push(`${place} was ${typesOf(one).join(' or ') || 'anything'} and is ${typesOf(other).join(' or ')}`)
    }
    const [allowed, used] = [valuesOf(wide), valuesOf(narrow)]
    // New words in an answer are announced as possible (services/README.md); in a request old ones must stay.
    if (direction === 'in' && allowed !== null && (used === null || used.some((value) => !allowed.includes(value)))) {
      changes.push(`${place} takes fewer values`)
    }
    if (direction === 'in') changes.push(...tighterBounds(one, other, place))

    const [fields, laterFields] = [propertiesOf(one), propertiesOf(other)]
    for (const [name, field] of Object.entries(fields.properties)) {
      const later = laterFields.properties[name]
      if (later === undefined) changes.push(`${place}.${name} is gone`)
      else changes.push(...compare(field, later, { direction, place: `${place}.${name}`, depth: depth + 1 }))
    }
    for (const name of laterFields.required) {
      if (direction === 'in' && !fields.required.includes(name)) changes.push(`${place}.${name} is now required`)
    }
    for (const name of fields.required) {
      const stays = name in laterFields.properties
      if (direction === 'out' && stays && !laterFields.required.includes(name)) {
        changes.push(`${place}.${name} may now be missing`)
      }
    }
    const [choices, laterChoices] = [alternativesOf(one), alternativesOf(other)]
    if (choices.length > 1 || laterChoices.length > 1) {
      if (direction === 'in' && laterChoices.length < choices.length) changes.push(`${place} has fewer alternatives`)
      choices.forEach((choice, index) => {
        const later = laterChoices[index]
        if (later !== undefined) changes.push(...compare(choice, later, { direction, place, depth: depth + 1 }))
      })
    }
    if (isSchema(one.items) && isSchema(other.items)) {
      changes.push(...compare(one.items, other.items, { direction, place: `${place}[]`, depth: depth + 1 }))
    }
    return changes
  }
  return (before, after, at) => compare(before, after, { ...at, depth: 0 })
}

const takes = (accepted: readonly string[], type: string): boolean =>
  accepted.includes(type) || (type === 'integer' && accepted.includes('number'))

const lower = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems'] as const
const upper = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'] as const

export function tighterBounds(before: JsonSchema, after: JsonSchema, place: string): readonly string[] {
  const bound = (schema: JsonSchema, name: string, none: number) => {
    const value = schema[name]
    return typeof value === 'number' ? value : none
  }
  const least = lower.filter((name) => bound(after, name, -Infinity) > bound(before, name, -Infinity))
  const most = upper.filter((name) => bound(after, name, Infinity) < bound(before, name, Infinity))
  const pattern = after.pattern !== undefined && after.pattern !== before.pattern ? ['pattern'] : []
  return [...least, ...most, ...pattern].map((name) => `${place} has a tighter ${name}`)
}
