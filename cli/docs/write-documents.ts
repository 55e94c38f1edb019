import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generatedDocuments } from './generated-documents.ts'

/** Writes the documents that are made from the source: `node cli/docs/write-documents.ts`. */
for (const [name, text] of Object.entries(generatedDocuments())) writeFileSync(join(import.meta.dirname, name), text)
