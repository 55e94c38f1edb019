import { existsSync } from 'node:fs'
import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ServiceName } from '../../services/registry.ts'
import type { EnvironmentFacts } from '../../stacks/environments.ts'
import { interruption } from '../errors/interruption.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { EntryPoint } from '../platforms/platform.ts'
import { buildReport } from '../smoke/build-report.ts'
import { type CheckedRelease, checksThrough, smokeChecks } from '../smoke/checks.ts'
import { journeys as allJourneys } from '../smoke/journeys/journeys.ts'
import { type JourneyResult, type Lacks, runJourneys } from '../smoke/journeys/run-journeys.ts'
import { readyAsReleased } from '../smoke/ready-as-released.ts'
import { renderJunit } from '../smoke/render-junit.ts'
import type { SmokeReport } from '../smoke/smoke-report.ts'
import type { FlowMeans } from './means.ts'
import { readRunning } from './read-running.ts'
import { beginFlow } from './steps.ts'

export type SmokeRequest = {
  readonly facts: EnvironmentFacts
  /** Whose checks; `edge` is the front door. Null: everybody's. */
  readonly only: readonly ServiceName[] | null
  readonly journeys: 'make' | 'leave-out'
  /** A file to write JUnit's XML to. */
  readonly junit: string | null
  readonly secondsPerCheck: number
  readonly keepSecret: (secret: string) => void
  readonly redact: (text: string) => string
}

/** Throws JOURNEYS_REFUSED where the money is real: an order is one. Asked before anything is opened. */
export const refuseRealMoney = (facts: EnvironmentFacts): void => {
  if (facts.paymentProviders.includes('simulated')) return
  throw new ShopctlError({
    code: 'JOURNEYS_REFUSED',
    outcome: 'refused',
    what: `Journeys are not made in ${facts.name}; nothing was asked.`,
    why: [
      'they register customers, buy and cancel',
      `${facts.name} has no simulated payment provider: its money is real`,
    ],
    fix: [toType(`smoke --env ${facts.name}`)],
  })
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** Before anything is asked: a run whose result nobody can read need not be made. */
const requireWritable = async (path: string): Promise<void> => {
  try {
    await mkdir(dirname(path), { recursive: true })
    const isThere = existsSync(path)
    await appendFile(path, '')
    // An empty one is an error to who reads results, beside the one that is told.
    if (!isThere) await rm(path)
  } catch (error) {
    throw new ShopctlError({
      code: 'JUNIT_NOT_WRITABLE',
      outcome: 'refused',
      what: `${path} cannot be written; nothing was asked.`,
      why: [messageOf(error)],
      cause: error,
    })
  }
}

const lacksOf =
  ({ name, platform, settings, paymentProviders }: EnvironmentFacts): Lacks =>
  (need) => {
    if (need === 'simulated-payment') {
      return paymentProviders.includes('simulated') ? null : `${name} has no simulated payment provider`
    }
    // The local platform's services are told so by the platform.
    if (platform === 'local' || settings.AUTH_UNVERIFIED_LOGIN === 'allow') return null
    return `${name} lets nobody log in before the address is confirmed (AUTH_UNVERIFIED_LOGIN)`
  }

const hasLog = ({ kubernetes }: EnvironmentFacts) => kubernetes === null || kubernetes.entry.kind === 'edge'

const unreachable = (report: SmokeReport): ShopctlError =>
  new ShopctlError({
    code: 'UNREACHABLE',
    outcome: 'unknown',
    what: `Nothing answers at ${report.entry}, where ${report.environment} should be.`,
    why: report.checks
      .flatMap(({ failure }) => (failure === null || failure.requestId === null ? [] : [failure.what]))
      .slice(0, 3),
    fix: [toType(`status --env ${report.environment}`), toType(`deploy --env ${report.environment}`)],
  })

const interruptedWhile = (signal: AbortSignal, journeys: readonly JourneyResult[]): ShopctlError => {
  const left = journeys.flatMap(({ leftBehind }) => leftBehind)
  const stopped = interruption(signal, 'making journeys')
  const why = left.length === 0 ? ['what the journeys had made is taken away again'] : left.map((one) => `left: ${one}`)
  return new ShopctlError({ code: stopped.code, outcome: stopped.outcome, what: stopped.message, why, cause: stopped })
}

type Place = { readonly entry: EntryPoint; readonly release: CheckedRelease }

const checkShop = async ({ entry, release }: Place, request: SmokeRequest, means: FlowMeans) => {
  const { only, secondsPerCheck } = request
  const isWanted = ({ service }: { readonly service: string }) => only === null || only.some((name) => name === service)
  const checks = checksThrough(smokeChecks(release), entry).filter(isWanted)
  const [results, running] = await Promise.all([
    means.smoke(checks, { entry, secondsPerCheck, signal: means.interrupted }),
    means.platform.running(),
  ])
  return { checks: results, readiness: readyAsReleased(release, running).filter(isWanted) }
}

const makeJourneys = ({ entry }: Place, request: SmokeRequest, means: FlowMeans) => {
  const { only, facts, secondsPerCheck, keepSecret } = request
  const { interrupted, abandoned } = means
  const wanted = allJourneys.filter(
    ({ steps }) => only === null || steps.every(({ service }) => only.includes(service)),
  )
  const lacks = lacksOf(facts)
  return runJourneys(wanted, { lacks, entry, secondsPerStep: secondsPerCheck, interrupted, abandoned, keepSecret })
}

/** Asks the shop what a deploy asks at its end, and on request goes the ways of its customers. */
export const smoke = async (request: SmokeRequest, means: FlowMeans): Promise<SmokeReport> => {
  const { environment, platform } = means
  if (request.journeys === 'make') refuseRealMoney(request.facts)
  if (request.junit !== null) await requireWritable(request.junit)
  const startedAt = means.now().toISOString()
  const started = performance.now()
  const steps = beginFlow('smoke', means)

  const { current, entry, release } = await steps.ask('way', async () => {
    const { current, running } = await readRunning(means)
    const opened = await platform.openEntry?.(0, means.interrupted)
    const entry: EntryPoint = opened ?? { url: running.entry ?? '', headers: {} }
    return { current, entry, release: current ?? { number: running.serving ?? 0, services: {} } }
  })
  try {
    const place = { entry, release }
    const found = await steps.run('smoke', () => checkShop(place, request, means))
    const silent = found.checks.length > 0 && found.checks.every(({ answered }) => answered === 'no')
    if (request.journeys === 'leave-out' || silent) steps.skip('journeys', silent ? 'nothing answers' : 'not asked for')
    const journeys =
      request.journeys === 'leave-out' || silent
        ? []
        : await steps.run('journeys', () => makeJourneys(place, request, means))
    const logged = ['users', 'catalog', 'orders', ...(hasLog(request.facts) ? ['edge'] : [])]
    const milliseconds = Math.round(performance.now() - started)
    const facts = { environment, release: current?.number ?? null, entry: entry.url, startedAt, milliseconds, logged }
    const report = buildReport({ ...facts, ...found, journeys, junit: request.junit })
    if (request.junit !== null) await writeFile(request.junit, request.redact(renderJunit(report)))
    if (means.interrupted.aborted) throw interruptedWhile(means.interrupted, journeys)
    if (silent) throw unreachable(report)
    return report
  } finally {
    await entry.close?.()
  }
}
