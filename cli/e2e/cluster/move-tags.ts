import { z } from 'zod'
import { parseRegistryPlace } from '../../images/image-reference.ts'
import { clusterVariables } from './test-cluster.ts'

const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
]
const tagsSchema = z.object({ tags: z.array(z.string()).nullable() })

const ask = async (url: string, request: RequestInit = {}): Promise<Response> => {
  const answer = await fetch(url, { ...request, signal: AbortSignal.timeout(30_000) })
  if (!answer.ok) throw new Error(`${request.method ?? 'GET'} ${url} answered ${answer.status}`)
  return answer
}

/** Lets every tag of one image name another one, as a hand or a cleaning job could; both stay pullable by digest. */
export const moveTags = async (repository: string, from: string, to: string): Promise<readonly string[]> => {
  const { host, prefix } = parseRegistryPlace(clusterVariables.SHOPCTL_REGISTRY ?? '')
  const scheme = /^(localhost|127\.0\.0\.1)(:|$)/.test(host) ? 'http' : 'https'
  const base = `${scheme}://${host}/v2/${prefix}${repository}`
  const headers = { accept: manifestTypes.join(', ') }
  const digestOf = async (tag: string) =>
    (await ask(`${base}/manifests/${tag}`, { method: 'HEAD', headers })).headers.get('docker-content-digest')

  const { tags } = tagsSchema.parse(await (await ask(`${base}/tags/list`)).json())
  const found = await Promise.all((tags ?? []).map(async (tag) => ({ tag, digest: await digestOf(tag) })))
  const moved = found.filter(({ digest }) => digest === from).map(({ tag }) => tag)
  const other = await ask(`${base}/manifests/${to}`, { headers })
  const type = other.headers.get('content-type') ?? ''
  const body = Buffer.from(await other.arrayBuffer())
  for (const tag of moved) {
    await ask(`${base}/manifests/${tag}`, { method: 'PUT', headers: { 'content-type': type }, body })
  }
  return moved
}
