import { ShopctlError } from '../errors/shopctl-error.ts'
import type { ReleaseRecord } from '../releases/release.ts'
import { checksThrough, closingChecks } from '../smoke/checks.ts'
import type { Attempt, AttemptContext, Culprit, Setback } from './attempt-outcome.ts'
import { gate } from './gate.ts'
import { migrateDatabases } from './migrate-databases.ts'

const list = new Intl.ListFormat('en', { type: 'conjunction' })

const seed = async (release: ReleaseRecord, context: AttemptContext): Promise<Setback | null> => {
  const { means, steps, signal, demoData } = context
  if (demoData === 'none' || means.platform.seed === undefined) return null
  return steps.run('seed', async () => {
    try {
      await means.platform.seed?.(release, signal)
      return null
    } catch (error) {
      if (!(error instanceof ShopctlError) || error.code !== 'SEED_FAILED') throw error
      return { code: 'SEED_FAILED', what: error.message, culprits: [], reasons: error.why }
    }
  })
}

const apply = async (release: ReleaseRecord, context: AttemptContext): Promise<Setback | null> => {
  const { means, steps, signal, conflicts } = context
  return steps.run('apply', async () => {
    try {
      await means.platform.apply(release, conflicts, signal)
      return null
    } catch (error) {
      if (!(error instanceof ShopctlError) || error.outcome !== 'failed') throw error
      const what = `release ${release.number} could not be applied in ${means.environment}`
      return { code: 'APPLY_FAILED', what, culprits: [], reasons: [error.message, ...error.why] }
    }
  })
}

const smoke = async (release: ReleaseRecord, { means, steps, signal }: AttemptContext): Promise<Setback | null> =>
  steps.run('smoke', async (say) => {
    const entry = await means.platform.entry(release, signal)
    const checks = checksThrough(closingChecks(release), entry)
    say(`${checks.length} checks`)
    const asked = means.smoke(checks, { entry, secondsPerCheck: 5, signal })
    const results = await asked.finally(() => entry.close?.())
    const failed = results.filter(({ failure }) => failure !== null)
    if (failed.length === 0) return null
    const found = failed.map(({ check, failure, requestId }): Culprit => {
      return { service: check.service, reason: `check "${check.name}": ${failure} (request ${requestId})` }
    })
    const culprits = [...Map.groupBy(found, ({ service }) => service).values()].flatMap((own) => own.slice(0, 1))
    const services = list.format(culprits.map(({ service }) => service))
    return {
      code: 'SMOKE_FAILED',
      what: `${services} did not pass the smoke checks in ${means.environment}`,
      culprits,
      reasons: found.map(({ reason }) => reason),
    }
  })

/** Tries a release out beside what users are on, and moves them over only when it has proven itself. */
export const attempt = async (release: ReleaseRecord, context: AttemptContext): Promise<Attempt> => {
  const { means, steps, signal, proven, policy, keep } = context

  const early =
    (await migrateDatabases(release, context)) ?? (await seed(release, context)) ?? (await apply(release, context))
  if (early !== null) return { result: 'setback', setback: early }

  const verdict = await steps.run('gate', (say) => gate(release, { means: { ...means, policy }, proven, say, signal }))
  await keep({ verdict: { state: verdict.state, reasons: [...verdict.reasons] } })
  if (verdict.state === 'unhealthy') {
    const what = `${list.format(verdict.culprits)} did not become healthy in ${means.environment}`
    const reasons = [...verdict.reasons, ...verdict.advice]
    const culprits = verdict.services.filter(({ state }) => state === 'unhealthy')
    return { result: 'setback', setback: { code: 'ROLLOUT_UNHEALTHY', what, culprits, reasons } }
  }
  for (const note of verdict.notes) means.reporter.emit({ type: 'warning', message: note, fix: [] })
  if (verdict.state === 'unknown') {
    const suspects = verdict.services.filter(({ state }) => state !== 'healthy')
    return { result: 'unknown', code: 'ROLLOUT_UNKNOWN', reasons: verdict.reasons, suspects }
  }

  const failed = await smoke(release, context)
  if (failed !== null) return { result: 'setback', setback: failed }

  await steps.run('promote', async () => {
    // Written before users move: the record tells a later shopctl that every check had passed. Confirms the lock, too.
    await keep({})
    await means.platform.promote(release, signal)
  })
  means.reporter.emit({ type: 'release.promoted', release: release.number, previous: release.previous })
  return { result: 'promoted' }
}
