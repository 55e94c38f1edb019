import { gzipSync } from 'node:zlib'
import { bundleOptions } from './bundle-recipe.ts'

const entry = 'loadtest/pod/main.ts'

/** The program of a load worker as one packed file: the engine, the scenarios and what they import. */
export async function bundleLoadWorker(root: string): Promise<Uint8Array> {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({ ...bundleOptions(root, entry), minifyIdentifiers: true, keepNames: true })
  const [file] = outputFiles ?? []
  if (file === undefined) throw new Error(`esbuild made no file of ${entry}`)
  return gzipSync(file.contents, { level: 9 })
}
