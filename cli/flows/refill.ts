import type { ServiceSet } from '../platforms/platform.ts'
import type { ReleaseRecord } from '../releases/release.ts'
import type { FlowMeans } from './means.ts'
import type { Steps } from './steps.ts'

/** The services that have a database to migrate. */
export const withDatabase = (services: ServiceSet): readonly string[] =>
  Object.entries(services).flatMap(([service, { migrationsHash }]) => (migrationsHash === '' ? [] : [service]))

type Refilling = {
  readonly means: FlowMeans
  readonly demoData: 'load' | 'none'
  readonly steps: Steps
  readonly signal: AbortSignal
}

/**
 * A database may live no longer than its pod: what was stopped can come back to an empty one. Then it gets its tables
 * again, and the data for trying out; where nothing was lost nothing is done. Throws MIGRATION_FAILED, SEED_FAILED.
 */
export const refill = async (current: ReleaseRecord, { means, demoData, steps, signal }: Refilling): Promise<void> => {
  const { platform } = means
  const migrated = await steps.run('migrate', () =>
    Promise.all(withDatabase(current.services).map((service) => platform.migrate(service, current, signal))),
  )
  for (const { failure } of migrated) if (failure !== null) throw failure
  if (demoData === 'none' || migrated.every(({ applied }) => applied.length === 0)) return
  await steps.run('seed', async () => platform.seed?.(current, signal))
}
