import { setTimeout as pause } from 'node:timers/promises'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { InstanceObservation } from '../../health/observation.ts'
import type { Artifact, Platform } from '../../platforms/platform.ts'
import type { ReleaseRecord, ServiceRelease } from '../../releases/release.ts'
import { aDigest } from '../../releases/testing/a-release.ts'
import { createMemoryLockStore } from '../../releases/testing/memory-lock-store.ts'

export type Behaviour =
  | 'healthy'
  | 'crashes'
  | 'crashes-without-a-trace'
  | 'apply-loses-contact'
  | 'silent'
  | 'out-of-touch'
  | 'migration-fails'
  | 'apply-fails'

/** What the source is: service → a word that stands for its content. */
export type Source = Record<string, string>

/**
 * A platform in memory that keeps to platforms/platform.ts: the flows meet it as they meet a real one. What each
 * content does is said beforehand; what the flow asked for is in the journal.
 */
export const scriptedPlatform = (source: Source, behaviours: Record<string, Behaviour> = {}) => {
  const records: ReleaseRecord[] = []
  const journal: string[] = []
  const running = new Map<string, ServiceRelease>()
  const hooks: Record<string, () => void | Promise<void>> = {}
  /** What a service's program says to the words that it is asked. */
  const answers: Record<string, (words: readonly string[]) => unknown> = {}
  let serving: number | null = null
  let prepared = false

  const requirePrepared = () => {
    if (!prepared) throw new Error('the platform was not prepared')
  }
  const note = async (what: string) => {
    journal.push(what)
    await hooks[what.split(' ')[0] ?? '']?.()
  }
  const behaviourOf = (digest: string): Behaviour => {
    const word = Object.keys(behaviours).find((name) => aDigest(name) === digest)
    return behaviours[word ?? ''] ?? 'healthy'
  }
  const key = (service: string, { digest, settingsHash }: ServiceRelease) => `${service} ${digest} ${settingsHash}`

  const observed = (service: string, wanted: ServiceRelease): InstanceObservation => {
    const name = `${service} (process 1)`
    const base = { name, startedAt: 0, restarts: 0 }
    const isUp = running.has(key(service, wanted))
    if (!isUp) return { ...base, state: 'starting', ready: false, startedAt: performance.now() }
    switch (behaviourOf(wanted.digest)) {
      case 'crashes':
      case 'crashes-without-a-trace':
        return { ...base, state: 'exited', ready: false, exit: { code: 1, signal: null, at: 400 } }
      case 'silent':
        return { ...base, state: 'starting', ready: false, startedAt: performance.now() }
      default:
        return { ...base, state: 'running', ready: true, readySince: 0 }
    }
  }

  const platform: Platform = {
    name: 'local',
    services: ['users', 'catalog', 'orders'],
    usersMove: 'at-promote',
    lock: createMemoryLockStore(),
    releases: {
      list: async () => ({ records: records.toReversed(), setAside: [] }),
      read: async (number) => records.find((record) => record.number === number) ?? null,
      async create(record) {
        const created = { ...record, number: records.length + 1 }
        records.push(created)
        return created
      },
      remove: async () => undefined,
      async update(record) {
        records[record.number - 1] = structuredClone(record)
      },
    },
    async build(services) {
      await note('build')
      return services.map((service): Artifact => {
        const word = source[service] ?? ''
        return { service, digest: aDigest(word), bytes: 1, migrationsHash: word.replace(/\d+$/, ''), cached: false }
      })
    },
    async prepare() {
      await note('prepare')
      prepared = true
    },
    async render(artifacts) {
      const rendered = artifacts.map(({ service, digest, migrationsHash }) => {
        return [service, { digest, migrationsHash, settingsHash: 'settings', manifest: { service } }] as const
      })
      return { services: Object.fromEntries(rendered), shared: null }
    },
    missing: async () => [],
    secrets: async () => [],
    async running() {
      const release = records.find(({ number }) => number === serving)
      const instances = Object.entries(release?.services ?? {}).map(([service, wanted]) => {
        const state = running.has(key(service, wanted)) ? ('ready' as const) : ('down' as const)
        return { service, digest: wanted.digest, name: 'process 1', state, detail: '', sinceSeconds: 1 }
      })
      return { serving, entry: null, instances }
    },
    async migrate(service, release) {
      await note(`migrate ${service}`)
      requirePrepared()
      const applied = [{ service, name: '0001', reversible: true }]
      const wanted = release.services[service]
      if (wanted !== undefined && behaviourOf(wanted.digest) === 'migration-fails') {
        const what = `${service} could not be migrated in local`
        const failure = new ShopctlError({ code: 'MIGRATION_FAILED', outcome: 'failed', what, why: ['column exists'] })
        return { applied, failure }
      }
      return { applied, failure: null }
    },
    async apply(release) {
      await note(`apply ${release.number}`)
      requirePrepared()
      for (const [service, wanted] of Object.entries(release.services)) {
        if (behaviourOf(wanted.digest) === 'apply-fails') {
          throw new ShopctlError({ code: 'PORT_TAKEN', outcome: 'failed', what: 'no port was left' })
        }
        if (behaviourOf(wanted.digest) === 'apply-loses-contact') {
          throw new ShopctlError({ code: 'UNREACHABLE', outcome: 'unknown', what: 'the platform does not answer' })
        }
        running.set(key(service, wanted), wanted)
      }
    },
    async *observe(release, signal) {
      await note(`observe ${release.number}`)
      const outOfTouch = Object.values(release.services).some(({ digest }) => behaviourOf(digest) === 'out-of-touch')
      while (!signal.aborted) {
        const services = Object.entries(release.services).map(([service, wanted]) => {
          return { service, desired: 1, instances: [observed(service, wanted)] }
        })
        yield { at: performance.now(), inTouch: !outOfTouch, services }
        await pause(5, undefined, { signal }).catch(() => undefined)
      }
    },
    async collectEvidence(service, reason, release) {
      await note(`evidence ${service}`)
      if (behaviourOf(release.services[service]?.digest ?? '') === 'crashes-without-a-trace') throw new Error('EACCES')
      const isUp = [...running.values()].includes(release.services[service] ?? noService) ? 'still there' : 'gone'
      const collectedAt = new Date(0).toISOString()
      const empty = { previousLogs: [], probeFailures: [], events: [] }
      return { service, reason, lastLogs: [`last words, process ${isUp}`], ...empty, collectedAt }
    },
    async entry() {
      await note('entry')
      return { url: 'http://entry.test', headers: {} }
    },
    async promote(release) {
      await note(`promote ${release.number}`)
      requirePrepared()
      const dead = Object.values(release.services).some(({ digest }) => behaviourOf(digest).startsWith('crashes'))
      if (dead) throw new ShopctlError({ code: 'SERVICE_NOT_RUNNING', outcome: 'failed', what: 'it is dead' })
      serving = release.number
    },
    async retire(keep) {
      await note(`retire ${keep?.number ?? 'all'}`)
      const kept = new Set(Object.entries(keep?.services ?? {}).map(([service, wanted]) => key(service, wanted)))
      for (const name of running.keys()) if (!kept.has(name)) running.delete(name)
      if (keep === null) serving = null
    },
    async down() {
      await note('down')
      prepared = false
      running.clear()
      serving = null
    },
    directions: async () => ({ entry: '', docs: '', mails: null, logins: [], examples: [] }),
    async *logs() {
      yield* []
    },
    async askService({ service, words }) {
      await note(`ask ${service} ${words.join(' ')}`)
      return answers[service]?.(words)
    },
    loadTestKey: async () => null,
  }
  return {
    platform,
    records,
    journal,
    running,
    hooks,
    answers,
    serving: () => serving,
    reboot: () => running.clear(),
    behaviours,
  }
}

const noService: ServiceRelease = { digest: '', settingsHash: '', migrationsHash: '', manifest: null }
