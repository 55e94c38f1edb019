import { createRequire } from 'node:module'
import type { Plugin } from 'esbuild'

/** Node's own modules that take a millisecond or more to load, some of them by what they load in turn. */
const slow = ['child_process', 'crypto', 'dgram', 'http', 'https', 'net', 'readline', 'readline/promises', 'tls', 'tty']

const parts = new RegExp(`^(node:)?(${slow.join('|')})$`)

const require = createRequire(import.meta.url)

const namesOf = (module: string): readonly string[] => Object.keys(require(module))

/** A module with the same names, each of which loads the real one when it is first used. */
const standIn = (module: string): string =>
  [
    `let real; const load = () => real ??= require(${JSON.stringify(module)})`,
    'module.exports = {',
    ...namesOf(module).map((name) => `  get ${name}() { return load().${name} },`),
    '}',
  ].join('\n')

/** A command that never opens a socket or starts a program does not pay for what could. */
export const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup(build) {
    build.onResolve({ filter: parts }, ({ path, namespace }) =>
      namespace === 'lazy-builtin' ? { path, external: true } : { path, namespace: 'lazy-builtin' },
    )
    build.onLoad({ filter: parts, namespace: 'lazy-builtin' }, ({ path }) => ({
      contents: standIn(path),
      loader: 'js',
    }))
  },
}
