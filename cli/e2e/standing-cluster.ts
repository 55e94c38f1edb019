import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { z } from 'zod'
import { runningShop } from '../platforms/kubernetes/testing/running-shop.ts'

const kinds: Readonly<Record<string, { readonly kind: string; readonly apiVersion: string }>> = {
  configmaps: { kind: 'ConfigMap', apiVersion: 'v1' },
  secrets: { kind: 'Secret', apiVersion: 'v1' },
  deployments: { kind: 'Deployment', apiVersion: 'apps/v1' },
}
const addressSchema = z.object({ port: z.int() })

const answer = (response: ServerResponse, status: number, body: unknown) => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

const kubeconfig = (port: number) => `apiVersion: v1
kind: Config
current-context: standing
contexts: [{name: standing, context: {cluster: standing, user: reader}}]
clusters: [{name: standing, cluster: {server: "http://127.0.0.1:${port}"}}]
users: [{name: reader, user: {token: nothing}}]
`

/**
 * An API server that only answers what is asked of it to read: one release of staging and the secrets that it was given.
 * The file in `folder` leads to it.
 */
export const startStandingCluster = async (
  folder: string,
  given: Readonly<Record<string, Readonly<Record<string, string>>>>,
) => {
  const { client } = await runningShop(given)
  const signal = new AbortController().signal
  const server = createServer(async (request, response) => {
    request.resume()
    const url = new URL(request.url ?? '/', 'http://cluster')
    const [, namespace = null, plural = '', name = null] =
      /\/namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+))?$/.exec(url.pathname) ?? []
    const known = kinds[plural]
    const missing = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 }
    if (request.method !== 'GET' || known === undefined) return answer(response, 404, missing)
    if (name !== null) {
      const found = await client.read({ ...known, name, namespace }, signal)
      return answer(response, found === null ? 404 : 200, found ?? missing)
    }
    const labelSelector = url.searchParams.get('labelSelector') ?? undefined
    const selected = labelSelector === undefined ? {} : { labelSelector }
    const { items, resourceVersion } = await client.list({ ...known, namespace, ...selected }, signal)
    answer(response, 200, { kind: `${known.kind}List`, metadata: { resourceVersion }, items })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const file = join(folder, 'standing.kubeconfig')
  await writeFile(file, kubeconfig(addressSchema.parse(server.address()).port))
  return {
    env: { KUBECONFIG: file },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
