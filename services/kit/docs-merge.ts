import { isDeepStrictEqual } from 'node:util'
import { type ApiDocument, type ApiOperation, apiDocumentSchema } from './api-document-schema.ts'

export type NamedDocument = { readonly name: string; readonly document: ApiDocument }

type Components = Record<string, Record<string, unknown>>

/**
 * One document of several services. What they name alike and mean alike is there once; what they only name alike is
 * named after its service. `isPublic` says which paths outside callers reach.
 */
export function mergeDocuments(
  parts: readonly NamedDocument[],
  { info, isPublic }: { readonly info: ApiDocument['info']; isPublic(path: string): boolean },
): ApiDocument {
  const components: Components = { schemas: {} }
  const paths: Record<string, Record<string, ApiOperation>> = {}
  for (const part of parts) {
    const { document } = renamedApart(part, components)
    for (const [kind, named] of Object.entries(componentsOf(document))) {
      components[kind] = { ...components[kind], ...named }
    }
    for (const [path, methods] of Object.entries(document.paths)) if (isPublic(path)) paths[path] = methods
  }
  const { schemas = {}, ...rest } = components
  return { openapi: '3.1.0', info, paths, components: { ...rest, schemas: recordsOf(schemas) } }
}

/** The document with every component renamed whose name means something else already. */
function renamedApart({ name, document }: NamedDocument, known: Components): NamedDocument {
  const own = Object.entries(componentsOf(document)).flatMap(([kind, named]) =>
    Object.entries(named).map(([title, value]) => ({ kind, title, value, path: `${kind}/${title}` })),
  )
  const renamed = new Map<string, string>()
  const meansAnother = ({ kind, title, value }: (typeof own)[number]): boolean => {
    const earlier = known[kind]?.[title]
    return earlier !== undefined && !isDeepStrictEqual(earlier, referring(value, renamed))
  }
  // What refers to a renamed one means another as well, so again until there is none more.
  for (let found = own; found.length > 0; ) {
    found = own.filter((component) => !renamed.has(component.path) && meansAnother(component))
    for (const { kind, title, path } of found) {
      renamed.set(path, `${kind}/${name[0]?.toUpperCase()}${name.slice(1)}${title}`)
    }
  }
  if (renamed.size === 0) return { name, document }
  const components: Components = {}
  for (const { kind, title, value, path } of own) {
    const titled = renamed.get(path)?.slice(kind.length + 1) ?? title
    components[kind] = { ...components[kind], [titled]: value }
  }
  return { name, document: apiDocumentSchema.parse(referring({ ...document, components }, renamed)) }
}

/** References are texts of one form, wherever they stand. */
function referring(value: unknown, renamed: ReadonlyMap<string, string>): unknown {
  const text = JSON.stringify(value).replace(/"#\/components\/(\w+\/[\w.-]+)"/g, (whole, path: string) => {
    const other = renamed.get(path)
    return other === undefined ? whole : `"#/components/${other}"`
  })
  return JSON.parse(text)
}

function componentsOf({ components }: ApiDocument): Components {
  return Object.fromEntries(Object.entries(components).map(([kind, named]) => [kind, recordOf(named)]))
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function recordsOf(values: Readonly<Record<string, unknown>>): Record<string, Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, recordOf(value)]))
}
