import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { repositoryRoot } from '../repository-root.ts'
import { lazyBuiltins } from './lazy-builtins.ts'
import { slimKubernetes } from './slim-kubernetes.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'slim-kubernetes-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const kubeconfig = {
  clusters: [{ name: 'c', cluster: { server: 'https://192.0.2.1', 'certificate-authority-data': 'Y2E=' } }],
  users: [{ name: 'u', user: { token: 'token-of-u' } }],
  contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
  'current-context': 'x',
}

const entry = `
import { loadKubeConfigClass, loadPortForwardClass } from './cli/platforms/kubernetes/kubernetes-library.ts'
export const headers = async (file) => {
  const config = new (await loadKubeConfigClass())()
  config.loadFromFile(file)
  new (await loadPortForwardClass())(config)
  const options = {}
  await config.applyToHTTPSOptions(options)
  return { headers: options.headers, ca: String(options.ca) }
}`

test('without its models the Kubernetes client still reads a kubeconfig and authenticates', async () => {
  const outfile = join(directory, 'client.cjs')
  const { metafile } = await build({
    stdin: { contents: entry, resolveDir: repositoryRoot },
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    metafile: true,
    plugins: [lazyBuiltins, slimKubernetes],
    logLevel: 'silent',
  })
  expect(
    Object.keys(metafile.inputs).filter((path) =>
      /client-node\/dist\/gen\/(models|apis|index)|node_modules\/undici/.test(path),
    ),
  ).toEqual([])
  const file = join(directory, 'kubeconfig')
  writeFileSync(file, JSON.stringify(kubeconfig))
  const { headers } = createRequire(import.meta.url)(outfile)
  expect(await headers(file)).toEqual({ headers: { Authorization: 'Bearer token-of-u' }, ca: 'ca' })
})
