import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { apiDocumentSchema } from '../kit/api-document-schema.ts'
import { serviceNames } from '../registry.ts'
import { clientTypesPath, goldenPath, renderClientTypes, renderGolden } from './api-files.ts'
import { breakingChanges } from './breaking-changes.ts'
import { brokenPromises } from './event-changes.ts'
import { readEventFiles, renderedEventFiles, schemasOf, writeEventFiles } from './event-files.ts'
import { serviceDocuments } from './service-documents.ts'

/**
 * Writes the golden documents, the client's types and the schemas of events anew:
 * `node services/testing/write-api-files.ts`. Refuses where a client or a reader of events would break; `--breaking` is
 * for what no release has promised yet.
 */
const { values } = parseArgs({ options: { breaking: { type: 'boolean', default: false } } })
const documents = await serviceDocuments()
const changes = serviceNames.flatMap((name) => {
  const path = goldenPath(name)
  if (!existsSync(path)) return []
  return breakingChanges(apiDocumentSchema.parse(JSON.parse(readFileSync(path, 'utf8'))), documents[name])
})
if (changes.length > 0 && !values.breaking) {
  process.stderr.write(`breaking changes; a new path beside the old one keeps clients:\n  ${changes.join('\n  ')}\n`)
  process.exit(1)
}
const broken = brokenPromises(schemasOf(readEventFiles()), schemasOf(renderedEventFiles()))
if (broken.length > 0 && !values.breaking) {
  process.stderr.write(`broken promises; a new version beside the old one keeps readers:\n  ${broken.join('\n  ')}\n`)
  process.exit(1)
}
for (const name of serviceNames) {
  mkdirSync(new URL('.', goldenPath(name)), { recursive: true })
  writeFileSync(goldenPath(name), renderGolden(documents[name]))
}
mkdirSync(new URL('.', clientTypesPath), { recursive: true })
writeFileSync(clientTypesPath, renderClientTypes(documents))
writeEventFiles()
