import type { Plugin } from 'esbuild'

const namespace = 'unused-part'

/** The models of the whole API, and a second HTTP client. Our requests are made by node:https and parsed by ourselves. */
const unused = /^(\.\/gen\/index\.js|undici)$/

/**
 * Of the Kubernetes client only the configuration and the joining of sockets are used. What those name beside and never
 * need is nine tenths of the library and took a quarter of a second to load.
 */
export const slimKubernetes: Plugin = {
  name: 'slim-kubernetes',
  setup(build) {
    build.onResolve({ filter: unused }, ({ path, importer }) =>
      importer.includes('/@kubernetes/client-node/') ? { path, namespace } : undefined,
    )
    build.onLoad({ filter: /.*/, namespace }, () => ({ contents: 'module.exports = {}', loader: 'js' }))
  },
}
