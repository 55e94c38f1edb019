import type { MigrationRecord, ReleaseRecord } from '../releases/release.ts'
import type { AttemptContext, Setback } from './attempt-outcome.ts'

const list = new Intl.ListFormat('en', { type: 'conjunction' })

/**
 * Each service has a database of its own, so they are migrated side by side, and one that fails stops none of the
 * others half way. What was applied is in the record before anything else happens: an irreversible migration must be
 * known to the next rollback even if we are killed now.
 */
export const migrateDatabases = async (release: ReleaseRecord, context: AttemptContext): Promise<Setback | null> => {
  const { means, steps, signal, toMigrate, keep } = context
  if (toMigrate.length === 0) {
    steps.skip('migrate', 'no migration since the release before')
    return null
  }
  return steps.run('migrate', async (say) => {
    say(list.format(toMigrate))
    const migrations: MigrationRecord[] = []
    let keeping = Promise.resolve()
    const migrateOne = async (service: string) => {
      const { applied, failure } = await means.platform.migrate(service, release, signal)
      migrations.push(...applied)
      keeping = keeping.then(() => keep({ migrations: [...migrations] }))
      await keeping
      return { service, failure }
    }
    const results = await Promise.allSettled(toMigrate.map(migrateOne))
    const thrown = results.find((result) => result.status === 'rejected')
    if (thrown !== undefined) throw thrown.reason
    const failed = results.flatMap((result) => {
      if (result.status === 'rejected' || result.value.failure === null) return []
      return [{ service: result.value.service, failure: result.value.failure }]
    })
    const [first] = failed
    if (first === undefined) return null
    const culprits = failed.map(({ service, failure }) => ({ service, reason: failure.why[0] ?? failure.message }))
    return {
      code: 'MIGRATION_FAILED',
      what: first.failure.message,
      culprits,
      reasons: failed.flatMap(({ failure }) => failure.why),
    }
  })
}
