import type { BuildOptions, Plugin } from 'esbuild'

/** CommonJS dependencies call require, which an ES module does not have. */
const banner = [
  "import{createRequire as __createRequire}from'node:module'",
  'const require=__createRequire(import.meta.url)',
  'const __filename=import.meta.filename,__dirname=import.meta.dirname;',
].join(';')

/** Raised when the recipe changes in a way that the options below do not show. */
const recipeVersion = 4

/** zod brings its messages in fifty languages: a fifth of a bundle, and of what is read at every start. */
const onlyEnglish: Plugin = {
  name: 'only English messages',
  setup(build) {
    build.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js'",
    }))
  },
}

/**
 * How a service becomes one file. Names are kept, so that a stack trace in the evidence can be read; everything that
 * could differ between two machines (absolute paths, times) is left out, so that the same source gives the same digest.
 */
export const bundleOptions = (root: string, entry: string): BuildOptions => ({
  absWorkingDir: root,
  entryPoints: [entry],
  bundle: true,
  write: false,
  metafile: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  // As `binary` a font that is imported when it is needed would be copied byte by byte: seconds, and half a gigabyte.
  loader: { '.txt': 'text', '.ttf': 'base64' },
  external: ['pg-native'],
  plugins: [onlyEnglish],
  define: {
    // services/kit/failpoints.ts: what ships has no place where it can be made to fail.
    FAILPOINTS_LEFT_OUT: 'true',
    // services/orders/documents/fonts/font-bytes.ts: what source reads from beside itself is in the file.
    ASSETS_INSIDE: 'true',
  },
  banner: { js: banner },
  outfile: 'bundle.mjs',
  logLevel: 'silent',
})

/** Changes whenever the same source may give another bundle. */
export const bundleRecipe = (esbuildVersion: string): string => `${recipeVersion}/esbuild-${esbuildVersion}`
