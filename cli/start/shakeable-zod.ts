import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'

/** As a namespace of its own, esbuild sees which parts of zod are used and leaves out the rest, most of it languages. */
export const withZodNamespace = (code: string): string =>
  code.replace(/^import \{ z \} from 'zod'$/gm, "import * as z from 'zod'")

export const shakeableZod: Plugin = {
  name: 'shakeable-zod',
  setup(build) {
    build.onLoad({ filter: /\/cli\/.*\.ts$/ }, async ({ path }) => ({
      contents: withZodNamespace(await readFile(path, 'utf8')),
      loader: 'ts',
    }))
  },
}
