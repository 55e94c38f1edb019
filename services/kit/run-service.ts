import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { unknownSettings } from './environment-rules.ts'
import { createLogger, type Logger, standardError, standardOutput } from './logging.ts'
import { serve } from './serve.ts'
import type { Service } from './service.ts'
import { type CommonSettings, readSettings, renderFaults, type SettingsSource } from './settings.ts'
import { waitForStop } from './shutdown.ts'

const exitCodes = { done: 0, failed: 1, usage: 64, settingsRefused: 78 } as const

/** The whole program of a service: serves without a word, else `migrate [--plan | --applied]`, `seed`, `load-data …` or `events …`. */
export async function runService<Settings extends CommonSettings, Tables>(
  service: Service<Settings, Tables>,
): Promise<never> {
  const [command = 'serve', ...options] = process.argv.slice(2)
  process.exit(await runCommand(service, { command, options }))
}

async function runCommand<Settings extends CommonSettings, Tables>(
  service: Service<Settings, Tables>,
  { command, options }: { readonly command: string; readonly options: readonly string[] },
): Promise<number> {
  const source: SettingsSource = { environment: process.env, readFile: (path) => readFileSync(path, 'utf8') }
  // stdout of the other commands is for their answers.
  const stream = command === 'serve' ? standardOutput() : standardError()
  const about = { service: service.facts.longName, version: process.env.SERVICE_VERSION || 'unversioned' }
  const startLogger = createLogger({ ...about, level: 'info' }, stream)

  if (command !== 'serve') endAtOnceWhenAsked()
  if (command === 'migrate') {
    const { migrateCommand } = await import('./migrate-command.ts')
    return migrateCommand(service, { source, options, logger: startLogger })
  }
  if (!isCommand(command)) {
    startLogger.fatal('usage: [serve] | migrate [--plan | --applied] | seed | load-data … | events …')
    return exitCodes.usage
  }

  const reading = readSettings(service.settings, source)
  if (!reading.ok) {
    startLogger.fatal({ faults: reading.faults }, renderFaults(reading.faults))
    return exitCodes.settingsRefused
  }
  const { settings } = reading
  const { NAMESPACE: namespace, POD_NAME: pod, LOG_LEVEL: level } = settings
  const logger = createLogger({ ...about, level, namespace, pod }, stream)
  const unknown = unknownSettings(service.settings.shape, process.env)
  if (unknown.length > 0) logger.warn({ settings: unknown }, `settings that ${about.service} does not know: ${unknown}`)
  if (command === 'serve') return serveUntilStopped(service, { settings, logger })
  if (command === 'events') {
    const { eventsCommand } = await import('./events-command/events-command.ts')
    return eventsCommand(service, { settings, options, logger })
  }
  if (command === 'load-data') {
    const { loadDataCommand } = await import('./load-data/load-data-command.ts')
    return loadDataCommand(service, { settings, options, logger })
  }
  const { seedCommand } = await import('./seed-command.ts')
  return seedCommand(service, { settings, logger })
}

const isCommand = (word: string): boolean => ['serve', 'seed', 'load-data', 'events'].includes(word)

/** As the first process of a container it gets no signal that it does not listen for; what it began is a transaction. */
function endAtOnceWhenAsked(): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => process.exit(128 + constants.signals[signal]))
  }
}

async function serveUntilStopped<Settings extends CommonSettings, Tables>(
  service: Service<Settings, Tables>,
  { settings, logger }: { readonly settings: Settings; readonly logger: Logger },
): Promise<number> {
  const stopRequested = waitForStop(logger)
  const started = serve(service, { settings, logger }).catch((error: unknown) => {
    logger.fatal({ error }, `cannot start: ${error instanceof Error ? error.message : error}`)
    return null
  })
  const first = await Promise.race([started, stopRequested])
  if (first === null) return exitCodes.failed
  const request = await stopRequested
  // Asked to stop while starting: nothing has been served, so nothing is to be waited for.
  if (!('stop' in first)) return request.exitCode
  await first.stop(request)
  return request.exitCode
}
