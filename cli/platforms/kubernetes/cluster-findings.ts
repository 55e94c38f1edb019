import type { KubernetesFacts } from '../../../stacks/environments.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { Finding } from '../finding.ts'
import type { KubeClient } from './kube-client.ts'
import { inventorySelector } from './live-objects.ts'
import { neededAccess } from './needed-access.ts'
import { quotaShortages } from './quota-findings.ts'

export type FindClusterRequest = {
  readonly client: KubeClient
  readonly namespace: string
  readonly facts: KubernetesFacts
  readonly signal: AbortSignal
  readonly now?: () => Date
}

/** The first that takes a `preStop` of `sleep`: an older one drops it, and a pod ends before its requests. */
const oldestVersion = { major: 1, minor: 30 } as const

/** A token signed here is refused by a server whose clock is further away; so is a lock judged wrongly. */
const toleratedSeconds = 5

const fine = (name: string, found: string): Finding => ({ name, state: 'fine', found, fix: null })

const kubectl = ({ client }: FindClusterRequest, words: string): string =>
  `kubectl --context ${client.context} ${words}`

export const versionFinding = (gitVersion: string): Finding => {
  const { major, minor } = /^v?(?<major>\d+)\.(?<minor>\d+)/.exec(gitVersion)?.groups ?? {}
  const isOld = Number(major) === oldestVersion.major && Number(minor) < oldestVersion.minor
  if (!isOld) return fine('cluster version', gitVersion)
  const found = `${gitVersion} is older than ${oldestVersion.major}.${oldestVersion.minor}`
  return { name: 'cluster version', state: 'missing', found, fix: 'kubectl version' }
}

export const clockFinding = (server: Date | null, here: Date): Finding => {
  if (server === null) return fine('clock', 'the server does not tell its time')
  const seconds = Math.round((here.getTime() - server.getTime()) / 1000)
  if (Math.abs(seconds) <= toleratedSeconds) return fine('clock', 'as the server’s')
  const found = `${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} the server’s`
  return { name: 'clock', state: 'without', found, fix: 'timedatectl status' }
}

/** Whoever may not look is told of that among what is missing: then it is there for all that is known. */
const namespaceState = async ({ client, namespace, signal }: FindClusterRequest): Promise<'there' | 'missing'> => {
  const reference = { apiVersion: 'v1', kind: 'Namespace', name: namespace, namespace: null }
  try {
    return (await client.read(reference, signal)) === null ? 'missing' : 'there'
  } catch (error) {
    if (error instanceof ShopctlError && error.code === 'KUBE_FORBIDDEN') return 'there'
    throw error
  }
}

const permissions = async (request: FindClusterRequest): Promise<Finding> => {
  const { client, namespace, facts, signal } = request
  const needed = neededAccess({ foundations: facts.foundations, namespace: await namespaceState(request) })
  const answers = await Promise.all(
    needed.map(async ({ scope, ...access }) => {
      const where = scope === 'cluster' ? null : namespace
      return { access, may: await client.may({ ...access, namespace: where }, signal) }
    }),
  )
  const missing = answers.filter(({ may }) => !may).map(({ access }) => access)
  if (missing.length === 0) return fine('permissions', `all ${needed.length} that a deploy needs in ${namespace}`)
  const byResource = Map.groupBy(missing, ({ resource, group }) => (group === '' ? resource : `${resource}.${group}`))
  const lacks = [...byResource].map(([resource, list]) => `${list.map(({ verb }) => verb).join(', ')} ${resource}`)
  const fix = kubectl(request, `auth can-i --list --namespace ${namespace}`)
  return { name: 'permissions', state: 'missing', found: `may not ${lacks.join('; ')}`, fix }
}

const quota = async (request: FindClusterRequest): Promise<Finding> => {
  const { client, namespace, facts, signal } = request
  const pods = { apiVersion: 'v1', kind: 'Pod', namespace, labelSelector: inventorySelector }
  const [quotas, running] = await Promise.all([
    client.list({ apiVersion: 'v1', kind: 'ResourceQuota', namespace }, signal),
    client.list(pods, signal),
  ])
  const runs = running.items.length > 0 ? 'the shop' : 'nothing'
  const short = quotaShortages(quotas.items, { sizes: Object.values(facts.sizes), runs })
  if (short.length > 0) {
    const fix = kubectl(request, `--namespace ${namespace} describe resourcequota`)
    return { name: 'quota', state: 'missing', found: `too little for a release: ${short.join('; ')}`, fix }
  }
  return fine('quota', quotas.items.length === 0 ? `none in ${namespace}` : `enough in ${namespace}`)
}

const defaultClass = 'storageclass.kubernetes.io/is-default-class'

const storage = async (request: FindClusterRequest): Promise<Finding> => {
  const kind = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', namespace: null }
  const { items } = await request.client.list(kind, request.signal)
  const standard = items.find(({ metadata }) => metadata.annotations?.[defaultClass] === 'true')
  if (standard !== undefined) return fine('storage', standard.metadata.name)
  const found = 'no default StorageClass: the database keeps its data only for as long as its pod lives'
  return { name: 'storage', state: 'without', found, fix: kubectl(request, 'get storageclass') }
}

const metrics = async (request: FindClusterRequest): Promise<Finding> => {
  const { client, namespace, signal } = request
  await client.list({ apiVersion: 'metrics.k8s.io/v1beta1', kind: 'PodMetrics', namespace }, signal)
  return fine('metrics', 'the autoscalers have their figures')
}

/** What could not be looked at is no reason to stop looking at the rest. */
const orRefused = async (name: string, finding: Promise<Finding>): Promise<Finding> =>
  finding.catch((error: unknown) => {
    if (!(error instanceof ShopctlError) || error.outcome !== 'refused') throw error
    const found = [error.message, ...error.why].join(' ')
    return { name, state: 'without', found, fix: error.fix[0] ?? null }
  })

/** What an environment's cluster has and lacks; changes nothing. Throws UNREACHABLE where nobody answers. */
export const findCluster = async (request: FindClusterRequest): Promise<readonly Finding[]> => {
  const { client, facts, signal, now = () => new Date() } = request
  const { gitVersion, serverTime } = await client.version(signal)
  const here = now()
  const found = await Promise.all([
    orRefused('permissions', permissions(request)),
    orRefused('quota', quota(request)),
    ...(facts.foundations === 'own' ? [orRefused('storage', storage(request))] : []),
    ...(facts.autoscaling === null ? [] : [orRefused('metrics', metrics(request))]),
  ])
  return [
    fine('cluster', `${client.server} (context ${client.context})`),
    versionFinding(gitVersion),
    clockFinding(serverTime, here),
    ...found,
  ]
}
