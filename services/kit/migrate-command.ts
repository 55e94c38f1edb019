import { z } from 'zod'
import type { Logger } from './logging.ts'
import { type MigrateMode, migrate } from './migrate.ts'
import type { ServiceMigration } from './migrations.ts'
import { postgresUrl, readSettings, renderFaults, type SettingsSource } from './settings.ts'

const settingsSchema = z
  .object({
    MIGRATION_DATABASE_URL: postgresUrl.optional().meta({ example: 'postgres://owner:…@localhost:5432/users' }),
    DATABASE_URL: postgresUrl.optional().meta({ example: 'postgres://owner:…@localhost:5432/users' }),
  })
  .refine((given) => given.MIGRATION_DATABASE_URL !== undefined || given.DATABASE_URL !== undefined, {
    path: ['DATABASE_URL'],
    error: 'is required where MIGRATION_DATABASE_URL is not given',
  })

const modes: Readonly<Record<string, MigrateMode>> = { '': 'apply', '--plan': 'plan', '--applied': 'list-applied' }

/** Prints one event a line; 0 where the database is as asked, 1 where a migration failed. */
export async function migrateCommand(
  { migrations }: { readonly migrations: readonly ServiceMigration[] },
  command: { readonly source: SettingsSource; readonly options: readonly string[]; readonly logger: Logger },
): Promise<number> {
  const { source, options, logger } = command
  const mode = modes[options.join(' ')]
  if (mode === undefined) {
    logger.fatal('usage: migrate [--plan | --applied]')
    return 64
  }
  const reading = readSettings(settingsSchema, source)
  if (!reading.ok) {
    logger.fatal({ faults: reading.faults }, renderFaults(reading.faults))
    return 78
  }
  const url = reading.settings.MIGRATION_DATABASE_URL ?? reading.settings.DATABASE_URL ?? ''
  let failed = false
  for await (const event of migrate({ url, migrations, mode })) {
    process.stdout.write(`${JSON.stringify(event)}\n`)
    failed ||= event.event === 'failed'
  }
  return failed ? 1 : 0
}
