import { z } from 'zod'
import { busKind, eventBusUrl } from './bus/event-bus-url.ts'
import { busMigrations } from './bus/postgres/bus-tables.ts'
import type { Logger } from './logging.ts'
import { type MigrateMode, migrate } from './migrate.ts'
import type { MigrationEvent, ServiceMigration } from './migrations.ts'
import { postgresUrl, readSettings, renderFaults, type SettingsSource } from './settings.ts'

const settingsSchema = z
  .object({
    MIGRATION_DATABASE_URL: postgresUrl.optional().meta({ example: 'postgres://owner:…@localhost:5432/users' }),
    DATABASE_URL: postgresUrl.optional().meta({ example: 'postgres://owner:…@localhost:5432/users' }),
    MIGRATION_EVENT_BUS_URL: postgresUrl.optional().meta({ example: 'postgres://owner:…@localhost:5432/bus' }),
    EVENT_BUS_URL: eventBusUrl.optional().meta({ example: 'postgres://owner:…@localhost:5432/bus' }),
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
  const bus = busDatabase(reading.settings)
  // What was applied to the bus is nobody's own, and its tables are only ever added to.
  const done =
    bus === null || mode === 'list-applied' || (await print(migrate({ url: bus, migrations: busMigrations, mode })))
  return done && (await print(migrate({ url, migrations, mode }))) ? 0 : 1
}

/** Of the bus that a service with these settings finds; null where it finds none, or one that is no database. */
function busDatabase(settings: z.output<typeof settingsSchema>): string | null {
  const { MIGRATION_EVENT_BUS_URL: owner, EVENT_BUS_URL: bus, DATABASE_URL: own } = settings
  if (bus !== undefined) return busKind(bus) === 'postgres' ? (owner ?? bus) : null
  return own === undefined ? null : (settings.MIGRATION_DATABASE_URL ?? own)
}

/** One event a line; false where one tells of a failure. */
async function print(events: AsyncIterable<MigrationEvent>): Promise<boolean> {
  let done = true
  for await (const event of events) {
    process.stdout.write(`${JSON.stringify(event)}\n`)
    done &&= event.event !== 'failed'
  }
  return done
}
