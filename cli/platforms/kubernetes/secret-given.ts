import { serviceLabel } from '../../../manifests/labels.ts'
import { type WorkloadName, workloadNames } from '../../../manifests/workload.ts'
import type { EnvironmentFacts, KubernetesFacts } from '../../../stacks/environments.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { connect } from './connect.ts'
import { parseDeployment } from './deployment-facts.ts'
import type { KubeClient } from './kube-client.ts'
import { namespaceOf } from './kubernetes-platform.ts'
import { createKubeReleaseStore } from './release-store.ts'
import { decodeSecret } from './secret-data.ts'
import { secretName } from './service-settings.ts'
import { servingRelease } from './serving-release.ts'
import { createSettingsSource } from './settings-source.ts'

type Values = Readonly<Record<string, string>>

/** The secret settings of every service: as the running release was given them, and as a deploy would give them now. */
export type GivenSecrets = {
  readonly release: number
  /** When the last pod of the release before it was gone; null where that is not known. */
  readonly since: string | null
  given(service: WorkloadName): Values
  now(): Promise<(service: WorkloadName) => Values>
}

export type GivenRequest = {
  readonly environment: EnvironmentFacts
  readonly facts: KubernetesFacts
  readonly repository: string
  readonly variables: NodeJS.ProcessEnv
  readonly kubeContext: string | null
  /** Told every value as soon as it is known: it must never be printed. */
  readonly keepSecret: (secret: string) => void
  readonly signal: AbortSignal
}

type Place = { readonly client: KubeClient; readonly namespace: string; readonly signal: AbortSignal }

const liveTemplates = async ({ client, namespace, signal }: Place, services: readonly string[]) => {
  const labelSelector = `${serviceLabel} in (${services.join(',')})`
  const { items } = await client.list({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, labelSelector }, signal)
  const live = items.flatMap((item) => parseDeployment(item) ?? [])
  return new Map(live.map(({ service, template }) => [service, template]))
}

const gone = (environment: string, name: string): ShopctlError =>
  new ShopctlError({
    code: 'SETTINGS_GONE',
    outcome: 'refused',
    what: `What the running release of ${environment} was given cannot be read; nothing was changed.`,
    why: [`the Secret ${name} is not there`],
    fix: [toType(`status --env ${environment}`), toType(`deploy --env ${environment}`)],
  })

/** Pods of more than one release may run: what all of them were given, nobody can say. */
const inBetween = (environment: string): ShopctlError =>
  new ShopctlError({
    code: 'NO_RUNNING_RELEASE',
    outcome: 'refused',
    what: `Services of ${environment} run, but no release of it runs wholly; nothing was changed.`,
    why: ['a deploy is at work, or did not end: what every pod was given cannot be told'],
    fix: [toType(`status --env ${environment}`), toType(`deploy --env ${environment}`)],
  })

type Found = Omit<GivenRequest, 'kubeContext'> & { readonly client: KubeClient; readonly namespace: string }

/** Null where nothing runs. Throws NO_RUNNING_RELEASE, SETTINGS_GONE (refused), and what the cluster throws. */
export const readGivenSecrets = async (place: Found): Promise<GivenSecrets | null> => {
  const { client, namespace, environment, keepSecret, signal } = place
  const services = workloadNames(environment)
  const { records } = await createKubeReleaseStore({ client, namespace }).list()
  const live = await liveTemplates(place, services)
  if (live.size === 0) return null
  const serving = servingRelease(records, live)
  const record = records.find(({ number }) => number === serving)
  if (record === undefined) throw inBetween(environment.name)

  const read = services.map(async (service) => {
    const hash = record.services[service]?.settingsHash
    // The front door has no secret.
    if (hash === undefined || service === 'edge') return [service, {}] as const
    const name = secretName(service, hash)
    const secret = await client.read({ apiVersion: 'v1', kind: 'Secret', name, namespace }, signal)
    if (secret === null) throw gone(environment.name, name)
    const values = decodeSecret(secret)
    for (const value of Object.values(values)) keepSecret(value)
    return [service, values] as const
  })
  const given = new Map(await Promise.all(read))
  return {
    release: record.number,
    since: record.finishedAt,
    given: (service) => given.get(service) ?? {},
    async now() {
      const settings = await createSettingsSource(place).read('refuse', signal)
      return (service) => settings(service).secrets
    },
  }
}

/** The same of the environment's own cluster, or of the one that --kube-context names. */
export const fetchGivenSecrets = async (request: GivenRequest): Promise<GivenSecrets | null> => {
  const { environment, facts, variables, kubeContext } = request
  const of = { environment: environment.name, cluster: facts.cluster }
  const client = await connect({ kubeContext, processEnvironment: variables, of })
  return readGivenSecrets({ ...request, client, namespace: namespaceOf(request) })
}
