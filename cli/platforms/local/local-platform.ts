import { randomUUID } from 'node:crypto'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { serviceNames } from '../../../services/registry.ts'
import { type Bundle, bundleFile, bundleService } from '../../images/bundle-service.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import { createRedactor, redact } from '../../tools/redact.ts'
import { createDirectory } from '../create-directory.ts'
import type { Platform } from '../platform.ts'
import { settingsHash } from '../service-settings.ts'
import { loadTestKeySetting } from '../shared-service-secrets.ts'
import { whenNotWritable } from '../state-not-writable.ts'
import { writeFileAtomically } from '../write-file-atomically.ts'
import { applyRelease, retireOthers } from './apply-release.ts'
import { openBackupDrill } from './backup/open-drill.ts'
import { localDirections } from './directions.ts'
import { downLocal } from './down.ts'
import { collectEvidence } from './evidence.ts'
import { namedServers } from './foundations-file.ts'
import { knownSecrets, secretsOfAllSettings, secretsOfSettings } from './known-secrets.ts'
import { manifestOf, manifestsOf, readFoundations, requireFoundations, runs } from './local-state.ts'
import { createLocalLockStore } from './lock-store.ts'
import { listLogs, readLogs } from './logs.ts'
import { renderManifest } from './manifest.ts'
import { observeRelease } from './observe-release.ts'
import { prepare } from './prepare.ts'
import { openProcessTable } from './processes.ts'
import { pruneState } from './prune-state.ts'
import { createLocalReleaseStore } from './release-store.ts'
import { askBundle, migrateService, seedService } from './run-bundle.ts'
import { running } from './running.ts'
import {
  keepSettings,
  readOverriddenSecrets,
  readOverrides,
  serviceSettings,
  settingsDirectory,
} from './service-settings.ts'
import { statePaths } from './state-paths.ts'
import { letServicesMeet, offerCandidate, type SwitchContext, switchUsers } from './switch-users.ts'

export type LocalPlatformRequest = {
  readonly repository: string
  readonly environment: string
  readonly variables: NodeJS.ProcessEnv
  /** The port that people type; null keeps the one of the last deploy. */
  readonly publicPort: number | null
}

/** Orders are made by people, not by demo data. */
const hasDemoData: ReadonlySet<string> = new Set(['users', 'catalog'])

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** Processes behind an edge proxy on this machine; cli/platforms/local/README.md shows how the parts stand together. */
export const createLocalPlatform = (request: LocalPlatformRequest): Platform => {
  const { repository, variables, publicPort } = request
  const paths = statePaths({ repository, environment: request.environment, variables })
  const table = openProcessTable(paths.processes)
  const releases = createLocalReleaseStore(paths.releases)
  const previewTokens = new Map<number, string>()
  const previewToken = ({ number }: ReleaseRecord): string => {
    const token = previewTokens.get(number) ?? randomUUID()
    previewTokens.set(number, token)
    return token
  }
  const overridesFile = join(paths.environment, 'settings.env')
  const settingsSource = async () => ({
    foundations: await requireFoundations(paths),
    overrides: await readOverrides(overridesFile),
    mailDirectory: paths.mail,
    documentDirectory: paths.documents,
  })
  let edgeBundle: Promise<Bundle> | null = null

  const bundle = (service: string): Promise<Bundle> => {
    const cacheDirectory = join(paths.root, 'cache', 'bundles')
    return bundleService({ service, root: repository, directory: paths.bundles, cacheDirectory })
  }
  const bundleEdge = () => {
    edgeBundle ??= bundle('edge')
    return edgeBundle
  }
  const switching = async (signal: AbortSignal): Promise<SwitchContext> => {
    return { table, paths, foundations: await requireFoundations(paths), signal }
  }
  const recordedManifests = async (number: number) => {
    const record = await releases.read(number)
    return record === null ? [] : manifestsOf(record)
  }
  const processOf = async (service: string, release: ReleaseRecord) => {
    const manifest = manifestOf(service, release)
    const { processes } = await table.list()
    return manifest === undefined ? undefined : processes.findLast((process) => runs(process, manifest))
  }

  return {
    name: 'local',
    services: serviceNames,
    usersMove: 'at-promote',
    releases,
    lock: createLocalLockStore(paths.lock),

    async build(services, { signal }) {
      signal.throwIfAborted()
      await createDirectory(paths.bundles, 'readable')
      const bundling = Promise.all([Promise.all(services.map(bundle)), bundleEdge()])
      const [bundles] = await bundling.catch((error: unknown) => {
        throw whenNotWritable(error, paths.bundles)
      })
      return bundles
    },

    async prepare({ signal }) {
      await prepare({ paths, table, releases, variables, publicPort, bundleEdge, signal })
    },

    async render(artifacts) {
      const source = await settingsSource()
      const rendered = artifacts.map(async ({ service, digest, migrationsHash }) => {
        const settings = serviceSettings(service, source)
        const hash = settingsHash(settings)
        await keepSettings(settingsDirectory(paths.settings, service, hash), settings)
        const { variables: shown, secrets } = settings
        const facts = { service, digest, settingsHash: hash, variables: shown, secrets: Object.keys(secrets) }
        return [service, { digest, settingsHash: hash, migrationsHash, manifest: renderManifest(facts) }] as const
      })
      return { services: Object.fromEntries(await Promise.all(rendered)), shared: null }
    },

    async missing(services) {
      const checks = Object.entries(services).map(async ([service, { digest, settingsHash: hash }]) => {
        const settings = settingsDirectory(paths.settings, service, hash)
        return [
          ...((await isThere(bundleFile(paths.bundles, digest))) ? [] : [`${service}: the bundle ${digest} is gone`]),
          ...((await isThere(settings)) ? [] : [`${service}: the settings ${hash} are gone`]),
        ]
      })
      return (await Promise.all(checks)).flat()
    },

    async secrets() {
      const [foundations, overrides] = await Promise.all([readFoundations(paths), readOverriddenSecrets(overridesFile)])
      return knownSecrets({ foundations, overrides, variables })
    },

    async running() {
      const foundations = await readFoundations(paths)
      if (foundations === null) return { serving: null, entry: null, instances: [] }
      const digest = edgeBundle === null ? null : (await edgeBundle).digest
      const wantedServers = edgeBundle === null ? null : namedServers(variables)
      return running({
        foundations,
        table,
        manifestsOf: recordedManifests,
        wantedEdge: { digest, port: publicPort },
        wantedServers,
      })
    },

    async migrate(service, release, signal) {
      const manifest = manifestOf(service, release)
      return manifest === undefined ? { applied: [], failure: null } : migrateService({ manifest, paths }, signal)
    },

    async seed(release, signal) {
      const { demo } = await requireFoundations(paths)
      const env = { SEED_CUSTOMER_PASSWORD: demo.customerPassword, SEED_ADMIN_PASSWORD: demo.adminPassword }
      for (const manifest of manifestsOf(release)) {
        if (hasDemoData.has(manifest.service)) await seedService({ manifest, paths, env }, signal)
      }
      await writeFileAtomically(join(paths.environment, 'demo-data'), `${new Date().toISOString()}\n`)
    },

    async directions() {
      const source = await settingsSource()
      const { MAIL_DIRECTORY: mails = null } = serviceSettings('users', source).variables
      const demoData = await isThere(join(paths.environment, 'demo-data'))
      return localDirections({ ...source.foundations, mails }, demoData ? 'loaded' : 'none')
    },

    async apply(release, _conflicts, signal) {
      await applyRelease(release, { table, paths, signal })
      await letServicesMeet({ release, token: previewToken(release) }, await switching(signal))
    },

    async *observe(release, signal) {
      const { processes } = await table.list()
      const own = manifestsOf(release).flatMap((manifest) => {
        const mine = processes.findLast((process) => runs(process, manifest))
        return mine === undefined ? [] : [{ record: mine.record, readyPath: manifest.readyPath }]
      })
      yield* observeRelease({ table, processes: own, services: Object.keys(release.services), signal })
    },

    async collectEvidence(service, reason, release) {
      const manifest = manifestOf(service, release)
      const secrets =
        manifest === undefined
          ? []
          : await secretsOfSettings(settingsDirectory(paths.settings, service, manifest.settingsHash))
      return collectEvidence({
        service,
        reason,
        process: await processOf(service, release),
        readyPath: manifest?.readyPath ?? '/health',
        redact: (text) => redact(text, secrets),
      })
    },

    async entry(release) {
      const context = await switching(AbortSignal.timeout(5000))
      const token = previewToken(release)
      await offerCandidate({ release, token }, context)
      return { url: `http://127.0.0.1:${context.foundations.publicPort}`, headers: { 'x-release-preview': token } }
    },

    promote: async (release, signal) => switchUsers(release, await switching(signal)),

    async retire(keep, signal) {
      await retireOthers(keep, await switching(signal))
      await pruneState(paths, (await releases.list()).records)
    },

    openBackupDrill: () => openBackupDrill(paths),

    down: ({ data }, signal) => downLocal({ paths, table, data, signal }),

    async *logs(wanted) {
      const redactor = createRedactor()
      for (const secret of await secretsOfAllSettings(paths.settings)) redactor.register(secret)
      for await (const line of readLogs(await listLogs(paths.logs), wanted)) {
        yield { ...line, text: redactor.redact(line.text) }
      }
    },

    async askService({ service, release, words }, signal) {
      const manifest = manifestOf(service, release)
      if (manifest === undefined) throw new Error(`release ${release.number} has no ${service}`)
      return askBundle({ manifest, paths, args: words }, signal)
    },

    async loadTestKey() {
      return serviceSettings('users', await settingsSource()).secrets[loadTestKeySetting] ?? null
    },
  }
}
