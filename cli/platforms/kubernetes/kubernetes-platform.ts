import { randomBytes } from 'node:crypto'
import { jobName, migrationJob, questionJob, seedJob } from '../../../manifests/job-manifests.ts'
import { workloadNames } from '../../../manifests/workload.ts'
import { type ServiceName, serviceNames } from '../../../services/registry.ts'
import type { EnvironmentFacts, KubernetesFacts } from '../../../stacks/environments.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { bundleLoadWorker } from '../../images/bundle-load-worker.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import { createRedactor, type Redactor } from '../../tools/redact.ts'
import type { OpenRequest } from '../open-request.ts'
import type { EntryPoint, Platform, ServiceSet } from '../platform.ts'
import { settingsHash } from '../service-settings.ts'
import { loadTestKeySetting } from '../shared-service-secrets.ts'
import { applyDifferences, applyObjects } from './apply-objects.ts'
import { findCluster } from './cluster-findings.ts'
import { collectPodEvidence } from './collect-evidence.ts'
import { connect } from './connect.ts'
import { parseDeployment } from './deployment-facts.ts'
import { diffObjects } from './diff-objects.ts'
import { clusterDirections } from './directions.ts'
import { downEnvironment } from './down.ts'
import { fetchDrift } from './drift.ts'
import { createImageStore } from './image-store.ts'
import { pruneObjects } from './inventory.ts'
import type { KubeClient } from './kube-client.ts'
import { fetchLive } from './live-objects.ts'
import { startLoadPods } from './load-pods.ts'
import { createKubeLockStore } from './lock-store.ts'
import { observeRollout } from './observe-rollout.ts'
import { readOwnFoundations } from './own-foundations.ts'
import { planApply } from './plan-apply.ts'
import { parsePod } from './pod-facts.ts'
import { readPodLogs } from './pod-logs.ts'
import { prepareEnvironment } from './prepare-environment.ts'
import { openPublicEntry } from './public-entry.ts'
import {
  objectsOfRelease,
  objectsOfService,
  recordedDeployment,
  recordedDeployments,
  unreadableServices,
} from './recorded-objects.ts'
import { objectsToApply, objectsToRetire } from './recorded-release.ts'
import { createKubeReleaseStore } from './release-store.ts'
import { renderService, renderShared } from './render-release.ts'
import { askByJob, migrateByJob, seedByJob } from './run-service-job.ts'
import { fetchRunningState } from './running-state.ts'
import { workloadSettings } from './service-settings.ts'
import { servingRelease } from './serving-release.ts'
import { missingSecrets, restoreSecrets, secretValues, unusedSecrets } from './settings-secrets.ts'
import { createSettingsSource } from './settings-source.ts'

export type KubernetesPlatformRequest = OpenRequest & {
  readonly environment: EnvironmentFacts
  readonly facts: KubernetesFacts
  readonly variables: NodeJS.ProcessEnv
}

/** Shorter than a client's own patience makes no sense; longer leaves a person before a dead server. */
const lookSeconds = 60
const podSelector = 'app.kubernetes.io/component=server,shopctl.dev/service'

/** Demo data is for people who try out; orders are made by them. */
const demoServices = ['users', 'catalog'] as const

/** What a Job needs beside its Secret: the account it runs as, its plain settings, its way to the database. */
const beforeJob: ReadonlySet<string> = new Set(['ServiceAccount', 'ConfigMap', 'NetworkPolicy'])

/** A shop of one's own on a cluster that others use too; production has one place only. */
export const namespaceOf = ({
  environment,
  facts,
  variables,
}: Pick<KubernetesPlatformRequest, 'environment' | 'facts' | 'variables'>): string => {
  const { SHOPCTL_NAMESPACE: wish } = variables
  if (!wish || wish === facts.namespace) return facts.namespace
  if (environment.confirm !== 'type-the-name') return wish
  throw new ShopctlError({
    code: 'NAMESPACE_FIXED',
    outcome: 'refused',
    what: `${environment.name} lives in ${facts.namespace} and nowhere else; nothing was changed.`,
    why: [`SHOPCTL_NAMESPACE is ${wish}`],
    fix: ['unset SHOPCTL_NAMESPACE'],
  })
}

const restartsOf = async (client: KubeClient, namespace: string, signal: AbortSignal) => {
  const { items } = await client.list({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector: podSelector }, signal)
  return new Map(items.flatMap((item) => parsePod(item) ?? []).map(({ uid, restarts }) => [uid, restarts]))
}

/** Pods of a cluster behind its API server; README.md in this folder shows how the parts stand together. */
export const openKubernetesPlatform = async (request: KubernetesPlatformRequest): Promise<Platform> => {
  const { environment, facts, kubeContext, variables, abandoned, warn } = request
  const namespace = namespaceOf(request)
  const client = await connect({
    kubeContext,
    processEnvironment: variables,
    of: { environment: environment.name, cluster: facts.cluster },
  })
  const place = { ...request, client, namespace }
  const releases = createKubeReleaseStore({ client, namespace })
  const images = createImageStore(place)
  const settings = createSettingsSource(place)
  const look = () => AbortSignal.any([abandoned, AbortSignal.timeout(lookSeconds * 1000)])
  /** How often each pod had been restarted when a release was applied: what it did before is not this release's doing. */
  let restartsBefore: ReadonlyMap<string, number> = new Map()
  /** The pod templates that were applied, as the server completed them. */
  let fingerprints: ReadonlyMap<string, string> = new Map()

  const applying = (conflicts: 'refuse' | 'take', signal: AbortSignal) => ({
    client,
    environment: environment.name,
    conflicts,
    signal,
  })

  /** One sentence for each Secret that is gone and cannot be made again, as the settings are no longer those of then. */
  const missingSettings = async (services: ServiceSet, signal: AbortSignal): Promise<readonly string[]> => {
    const missing = await missingSecrets(place, services, signal)
    if (missing.length === 0) return []
    const settingsOf = await settings.read('refuse', signal)
    return missing.filter(({ service, hash }) => settingsHash(settingsOf(service)) !== hash).map(({ words }) => words)
  }

  /** The Secrets that a release names, made where they are not there and the settings are still those of then. */
  const keepSecrets = async ({ services }: Pick<ReleaseRecord, 'services'>, signal: AbortSignal): Promise<void> => {
    if ((await missingSecrets(place, services, signal)).length === 0) return
    const settingsOf = await settings.read('refuse', signal)
    await restoreSecrets(place, { services, settingsOf: async (name) => settingsOf(name) }, signal)
    const gone = await missingSecrets(place, services, signal)
    if (gone.length > 0)
      throw secretsGone(
        environment.name,
        gone.map(({ words }) => words),
      )
  }

  /** Of every value that pods may have been given. */
  const redactorOfSecrets = async (signal: AbortSignal): Promise<Redactor> => {
    const redactor = createRedactor()
    for (const secret of await secretValues(place, signal)) redactor.register(secret)
    return redactor
  }

  const openEntry = async (localPort: number, signal: AbortSignal): Promise<EntryPoint> => {
    const { note, ...entry } = await openPublicEntry({ client, namespace, entry: facts.entry, localPort, signal })
    if (note !== null) warn(note)
    return entry
  }

  const jobOf = async (service: ServiceName, release: ReleaseRecord, signal: AbortSignal) => {
    const image = recordedDeployment(release, service)?.image
    if (image === undefined) throw new Error(`release ${release.number} has no Deployment of ${service}`)
    const settingsOf = await settings.read('refuse', signal)
    await keepSecrets(release, signal)
    const needed = objectsOfService(release, service).filter(({ kind }) => beforeJob.has(kind))
    await applyObjects(needed, applying('take', signal))
    const number = release.number
    const given = { environment, namespace, service, release: number, image }
    return { ...given, settings: workloadSettings(service, settingsOf(service)) }
  }

  return {
    name: 'kubernetes',
    services: workloadNames(environment),
    usersMove: 'during-apply',
    releases,
    lock: createKubeLockStore({ client, namespace }),

    async requireSettings(signal) {
      // The environment's own are made with the first release.
      if (facts.foundations === 'managed') await settings.read('refuse', signal)
    },
    build: images.build,
    scan: images.scan,
    push: images.push,
    load: images.load,
    findReleased: images.findReleased,
    copyReleased: images.copyReleased,
    prepare: async (work) => {
      // Elsewhere nothing is made, and a way back needs no settings but its own.
      if (facts.foundations === 'own') await settings.read('make', work.signal)
      await prepareEnvironment(place, work)
    },

    async render(artifacts) {
      const settingsOf = await settings.read('refuse', look())
      const services = workloadNames(environment).flatMap((service) => {
        const artifact = artifacts.find((each) => each.service === service)
        if (artifact === undefined) return []
        const image = images.referenceOf(service, artifact.digest)
        const given = { environment, namespace, image, settings: settingsOf(service) }
        return [[service, renderService(service, artifact, given)] as const]
      })
      return { services: Object.fromEntries(services), shared: renderShared(environment, namespace) }
    },

    async preflight(wanted, conflicts, signal) {
      await planApply(objectsOfRelease(wanted), applying(conflicts, signal))
    },

    async missing(services) {
      const signal = look()
      const [secrets, gone] = await Promise.all([missingSettings(services, signal), images.missing(services, signal)])
      return [...unreadableServices({ services }), ...secrets, ...gone]
    },

    secrets: async () => [],

    async running() {
      const services = workloadNames(environment)
      const { records } = await releases.list()
      const servingOf = async (templates: ReadonlyMap<string, string>) => servingRelease(records, templates)
      const entry = facts.entry.kind === 'ingress' ? `https://${facts.entry.host}` : `the edge in ${namespace}`
      const state = await fetchRunningState({ client, namespace, services, servingOf, entry, signal: look() })
      // Nothing was ever applied: that no service has a Deployment is no fault.
      return state.serving === null && state.instances.every(({ name }) => name === '-')
        ? { ...state, instances: [] }
        : state
    },

    drift: (release) => fetchDrift(objectsOfRelease(release), { client, namespace, signal: look() }),

    async compareLive(wanted, signal) {
      const [{ records }, live] = await Promise.all([releases.list(), fetchLive(client, { namespace }, signal)])
      const goes = objectsToRetire({ keep: wanted, records, live })
      return diffObjects(objectsOfRelease(wanted), { client, environment: environment.name, goes, signal })
    },

    async findings(signal) {
      const [cluster, registry] = await Promise.all([
        findCluster({ client, namespace, facts, signal }),
        images.finding(signal),
      ])
      return [...cluster, registry]
    },

    async migrate(name, release, signal) {
      const service = serviceNames.find((each) => each === name)
      if (service === undefined) return { applied: [], failure: null }
      const job = migrationJob(await jobOf(service, release, signal))
      return migrateByJob({ client, job, service, environment: environment.name, signal })
    },

    async settleMigrations(release, signal) {
      const settled = serviceNames.map(async (service) => {
        const name = jobName(service, 'migrate', release.number)
        const job = await client.read({ apiVersion: 'batch/v1', kind: 'Job', name, namespace }, signal)
        if (job === null) return []
        return (await migrateByJob({ client, job, service, environment: environment.name, signal })).applied
      })
      return (await Promise.all(settled)).flat()
    },

    ...(facts.foundations === 'own'
      ? {
          async seed(release, signal) {
            for (const service of demoServices) {
              const job = seedJob(await jobOf(service, release, signal))
              await seedByJob({ client, job, service, environment: environment.name, signal })
            }
          },
        }
      : {}),

    async directions(entry) {
      const where = { client, environment: environment.name, namespace }
      const own = facts.foundations === 'own' ? await readOwnFoundations(where, look()) : null
      return clusterDirections({ environment, facts, demo: own?.demo ?? null, entry })
    },

    async apply(release, conflicts, signal) {
      const objects = objectsToApply(release)
      await keepSecrets(release, signal)
      restartsBefore = await restartsOf(client, namespace, signal)
      const applied = await applyDifferences(objects, applying(conflicts, signal))
      fingerprints = new Map(
        applied
          .flatMap(({ object }) => parseDeployment(object) ?? [])
          .map(({ service, fingerprint }) => [service, fingerprint]),
      )
    },

    observe: (release, signal) =>
      observeRollout({
        client,
        namespace,
        wanted: recordedDeployments(release),
        restartsBefore,
        fingerprints,
        signal,
      }),

    async collectEvidence(service, reason, release) {
      const { redact } = await redactorOfSecrets(look())
      const wanted = recordedDeployment(release, service)
      return collectPodEvidence({ client, namespace, service, reason, wanted, redact })
    },

    entry: (_release, signal) => openEntry(0, signal),
    openEntry,

    // Users came with the pods; that all of the old ones are gone is what the gate has waited for.
    promote: async () => undefined,

    async retire(keep, signal) {
      const { records } = await releases.list()
      const live = await fetchLive(client, { namespace }, signal)
      await pruneObjects(objectsToRetire({ keep, records, live }), { client, signal })
      for (const secret of await unusedSecrets(place, records, signal)) await client.delete(secret, signal)
    },

    down: ({ data }, signal) =>
      downEnvironment({ client, namespace, environment: environment.name, data, signal, warn }),

    async *logs(wanted) {
      const { redact } = await redactorOfSecrets(wanted.signal)
      const release = wanted.release === null ? null : await releases.read(wanted.release)
      const templates =
        release === null
          ? null
          : new Map(recordedDeployments(release).map(({ service, template }) => [service, template]))
      for await (const line of readPodLogs({ client, namespace, request: wanted, templates })) {
        yield { ...line, text: redact(line.text) }
      }
    },

    async askService({ service: name, release, words }, signal) {
      const service = serviceNames.find((each) => each === name)
      if (service === undefined) throw new Error(`${name} is no service`)
      const suffix = randomBytes(5).toString('hex')
      const job = questionJob({ ...(await jobOf(service, release, signal)), words, suffix })
      return askByJob({ client, job, service, environment: environment.name, signal })
    },

    async openLoadPods({ release, ...wish }, signal) {
      const image = recordedDeployment(release, 'users')?.image
      if (image === undefined) throw new Error(`release ${release.number} has no Deployment of users`)
      const packed = await bundleLoadWorker(request.repository)
      return startLoadPods({ ...wish, environment, namespace, image, packed, client, signal })
    },

    async loadTestKey(signal) {
      return (await settings.read('refuse', signal))('users').secrets[loadTestKeySetting] ?? null
    },
  }
}

const secretsGone = (environment: string, why: readonly string[]): ShopctlError =>
  new ShopctlError({
    code: 'SETTINGS_GONE',
    outcome: 'failed',
    what: `The secret settings of a release of ${environment} are gone and cannot be made again`,
    why,
    fix: [toType(`secrets list --env ${environment}`), toType(`deploy --env ${environment}`)],
  })
