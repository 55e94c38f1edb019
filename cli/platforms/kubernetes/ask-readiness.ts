import { z } from 'zod'
import type { KubeClient } from './kube-client.ts'
import type { PodFacts } from './pod-facts.ts'

type AskRequest = {
  readonly client: Pick<KubeClient, 'askPod'>
  readonly namespace: string
  readonly pod: Pick<PodFacts, 'name' | 'readiness'>
  readonly signal: AbortSignal
}

export type ReadinessAnswer =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly words: string }
  /** The pod has no such probe, or the API server could not ask it. */
  | { readonly kind: 'not-asked'; readonly words: string }

const checksSchema = z.object({ checks: z.record(z.string(), z.unknown()) })
/** What the API server itself answers where it does not reach the pod. */
const statusSchema = z.object({ kind: z.literal('Status'), message: z.string() })

const parseBody = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}

const quoted = (body: string): string => {
  const text = body.replaceAll(/\s+/g, ' ').trim().slice(0, 200)
  return text === '' ? '' : ` (${text})`
}

/** `GET /health?check=ready answered 503 (database: down)`. */
const readinessWords = (path: string, status: number, body: string): string => {
  const parsed = parseBody(body)
  const unreached = statusSchema.safeParse(parsed).data
  if (unreached !== undefined) return `GET ${path}: ${unreached.message}`
  const checks = Object.entries(checksSchema.safeParse(parsed).data?.checks ?? {})
  const failing = checks.filter(([, state]) => state !== 'up').map(([name, state]) => `${name}: ${state}`)
  const detail = failing.length > 0 ? ` (${failing.join(', ')})` : quoted(body)
  return `GET ${path} answered ${status}${detail}`
}

/** Asks a pod what its readiness probe asks. The kubelet's own words have the status but not the answer. */
export const askReadiness = async ({ client, namespace, pod, signal }: AskRequest): Promise<ReadinessAnswer> => {
  if (pod.readiness === null) return { kind: 'not-asked', words: `${pod.name} has no readiness probe by HTTP` }
  const { port, path } = pod.readiness
  try {
    const { status, body } = await client.askPod({ namespace, pod: pod.name, port, path }, signal)
    if (status >= 200 && status < 400) return { kind: 'passed' }
    return { kind: 'failed', words: readinessWords(path, status, body) }
  } catch (error) {
    return { kind: 'not-asked', words: error instanceof Error ? error.message : String(error) }
  }
}
