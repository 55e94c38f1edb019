import type { ApiDocument } from '../kit/api-document-schema.ts'
import { type ServiceName, serviceNames } from '../registry.ts'
import { renderApiTypes } from './api-types.ts'

/** Where each service keeps the document that its clients were promised. */
export const goldenPath = (name: ServiceName): URL => new URL(`../${name}/golden/openapi.json`, import.meta.url)

export const clientTypesPath = new URL('./golden/api-client-types.ts', import.meta.url)

export const renderGolden = (document: ApiDocument): string => `${JSON.stringify(document, null, 2)}\n`

/** The one file of types for a client of all three. */
export function renderClientTypes(documents: Readonly<Record<ServiceName, ApiDocument>>): string {
  const parts = serviceNames.map((name) => renderApiTypes(name, documents[name]))
  const head = '// Made by services/testing/write-api-files.ts from the services’ own documents. Do not edit.\n'
  return `${head}\n${parts.join('\n')}`
}
