import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Diagnostic, TerraformEvent } from '../../terraform.ts'
import { parseEvent } from '../parse-events.ts'

const folder = join(import.meta.dirname, '..', '..', 'testing', 'streams')

/** The lines of a recorded run. */
export const readStreamLines = (name: string): readonly string[] =>
  readFileSync(join(folder, `${name}.jsonl`), 'utf8').split('\n')

export const readStream = (name: string): readonly TerraformEvent[] =>
  readStreamLines(name)
    .map(parseEvent)
    .filter((event) => event !== null)

export const diagnosticsIn = (name: string): readonly Diagnostic[] =>
  readStream(name).flatMap((event) => (event.type === 'diagnostic' ? [event.diagnostic] : []))
