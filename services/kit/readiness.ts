import type { OpenDatabase } from './database.ts'
import { createHealth, type Health } from './health.ts'
import { assertMigrated } from './migrations.ts'
import type { OpenService, Service } from './service.ts'
import type { CommonSettings } from './settings.ts'

type Parts<Tables> = {
  readonly database: OpenDatabase<Tables>
  readonly opened: Pick<OpenService<Tables>, 'warm' | 'checks' | 'optionalChecks'>
  /** Of the service's own; resolved where it has none. */
  warm(): Promise<void>
}

/** Ready when the database answers with its migrations current, the service's own checks pass, and it is warm. */
export function serviceHealth<Settings extends CommonSettings, Tables>(
  { migrations }: Service<Settings, Tables>,
  { database, opened, warm }: Parts<Tables>,
): Health {
  const migrated = untilDone(() => assertMigrated(database.kysely, migrations))
  const warmed = untilDone(async () => {
    await migrated()
    await warm()
  })
  return createHealth({
    required: {
      database: () => database.ping(),
      migrations: migrated,
      ...(opened.warm === undefined ? {} : { warm: warmed }),
      ...opened.checks,
    },
    optional: opened.optionalChecks ?? {},
    elapsed: () => performance.now(),
  })
}

/** Done once is done for good; while it runs nobody starts it again; what failed is tried again. */
function untilDone(run: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => {
    done ??= run().catch((error: unknown) => {
      done = undefined
      throw error
    })
    return done
  }
}
