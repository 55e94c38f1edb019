import { z } from 'zod'
import { indexTemplate } from '../index-template.ts'

type Mapping = { readonly type: string; readonly properties?: Readonly<Record<string, Mapping>> | undefined }

const mappingSchema: z.ZodType<Mapping> = z.lazy(() =>
  z.looseObject({ type: z.string(), properties: z.record(z.string(), mappingSchema).optional() }),
)
const properties = z.record(z.string(), mappingSchema).parse(indexTemplate.template.mappings.properties)

const scalar = z.union([z.string(), z.number(), z.boolean()])
const object = z.record(z.string(), z.unknown())

/** Of what Elasticsearch would refuse with the whole document; what it only passes over is none. */
function fault(path: string, mapping: Mapping, value: unknown): readonly string[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value.flatMap((one) => fault(path, mapping, one))
  if (mapping.type === 'object') {
    const inside = object.safeParse(value)
    if (!inside.success) return [`${path}: an object belongs there`]
    return Object.entries(mapping.properties ?? {}).flatMap(([name, inner]) =>
      fault(`${path}.${name}`, inner, inside.data[name]),
    )
  }
  if (mapping.type === 'flattened') {
    const flat = z.record(z.string().regex(/^[^\0]*$/), scalar).safeParse(value)
    return flat.success ? [] : [`${path}: texts by name belong there`]
  }
  if (mapping.type === 'geo_point') return object.safeParse(value).success ? [] : [`${path}: a place belongs there`]
  return scalar.safeParse(value).success ? [] : [`${path}: ${mapping.type} cannot hold ${JSON.stringify(value)}`]
}

/** Why Elasticsearch would not take a document under the index template; empty where it would. */
export const mappingFaults = (document: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.entries(properties).flatMap(([name, mapping]) => fault(name, mapping, document[name]))
