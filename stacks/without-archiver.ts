import { registerHooks } from 'node:module'

/**
 * Imported before cdktf. When that loads it requires a library for zips, two thirds of all that it loads, for assets of
 * a kind that no stack here has: a third of the time that a synth takes. It is asked for once, and not called.
 */
const hook = registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== 'archiver') return next(specifier, context)
    hook.deregister()
    return { url: 'node:zlib', format: 'builtin', shortCircuit: true }
  },
})
