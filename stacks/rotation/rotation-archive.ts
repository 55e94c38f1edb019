import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { storedZip } from './stored-zip.ts'

/** The bundled command line lives in a cache, where its own place tells nothing: start.cjs leaves the root here. */
const left: unknown = Reflect.get(globalThis, Symbol.for('shopctl.repository'))
const here = typeof left === 'string' ? join(left, 'stacks', 'rotation') : import.meta.dirname

/**
 * The function as Lambda takes it. The code in it is kept as a file that a test compares with its source: to bundle
 * takes longer than a whole synth may, and a new esbuild should show as a change here before it does in a plan.
 */
export const rotationArchive = (): { bytes: Uint8Array; sha256Base64: string } => {
  const bytes = storedZip('index.js', readFileSync(join(here, 'golden', 'index.js')))
  return { bytes, sha256Base64: createHash('sha256').update(bytes).digest('base64') }
}
