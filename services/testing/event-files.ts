import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import type { JsonSchema } from '../kit/api-document-schema.ts'
import { eventTypes } from '../kit/event-schemas/event-catalogue.ts'
import { renderAsyncApi, renderEventSchema } from '../kit/event-schemas/event-documents.ts'
import type { EventSchemas } from './event-changes.ts'

/** Where the kit keeps what readers of events were promised. */
const directory = new URL('../kit/event-schemas/golden/', import.meta.url)
const typeSuffix = '.schema.json'

const schema = z.record(z.string(), z.unknown())

/** File name → content, as the catalogue says it now. */
export const renderedEventFiles = (): ReadonlyMap<string, string> =>
  new Map([
    ...eventTypes.map((type) => [`${type}${typeSuffix}`, renderEventSchema(type)] as const),
    ['asyncapi.json', renderAsyncApi()],
  ])

/** File name → content, as it was promised. */
export function readEventFiles(): ReadonlyMap<string, string> {
  if (!existsSync(directory)) return new Map()
  return new Map(readdirSync(directory).map((name) => [name, readFileSync(new URL(name, directory), 'utf8')]))
}

/** A type that was taken out keeps its file until somebody deletes it: that is what it was promised by. */
export function writeEventFiles(): void {
  mkdirSync(directory, { recursive: true })
  for (const [name, text] of renderedEventFiles()) writeFileSync(new URL(name, directory), text)
}

export function schemasOf(files: ReadonlyMap<string, string>): EventSchemas {
  const types = [...files].filter(([name]) => name.endsWith(typeSuffix))
  const read = ([name, text]: readonly [string, string]): readonly [string, JsonSchema] => [
    name.slice(0, -typeSuffix.length),
    schema.parse(JSON.parse(text)),
  ]
  return new Map(types.map(read))
}
