import { join } from 'node:path'

/**
 * The folder that holds package.json. The bundled command line lives in a cache, where its own place tells nothing:
 * start.cjs leaves the root here.
 */
const left: unknown = Reflect.get(globalThis, Symbol.for('shopctl.repository'))

export const repositoryRoot = typeof left === 'string' ? left : join(import.meta.dirname, '..')
