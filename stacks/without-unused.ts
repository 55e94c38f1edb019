import { registerHooks } from 'node:module'

/** Zips of a kind of asset that no stack here has, and versions of Terraform, which the command line looks at itself. */
const unused = new Set(['archiver', 'semver'])

const cdktf = /\/node_modules\/cdkt[fn]\//

/**
 * Imported before cdktf: of the files that it loads two in three are of libraries that are not called, and they take a
 * third of the time of a synth. Each is asked for once.
 */
const hook = registerHooks({
  resolve(specifier, context, next) {
    if (!unused.has(specifier) || !cdktf.test(context.parentURL ?? '')) return next(specifier, context)
    unused.delete(specifier)
    if (unused.size === 0) hook.deregister()
    return { url: 'node:zlib', format: 'builtin', shortCircuit: true }
  },
})
