import { readFile } from 'node:fs/promises'
import { settingsHash } from '../service-settings.ts'

/** Those that the edge has in common with every service; anything else of `settings.env` is none of its business. */
const shared: ReadonlySet<string> = new Set(['LOG_LEVEL', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_TRACES_SAMPLER_ARG'])

export type EdgeSettings = Readonly<Record<string, string>>

/**
 * What people set for every service in `settings.env`, as far as the edge knows it. A line that is no setting is passed
 * over: a release that is made of it is refused, and a rollback must not be.
 */
export const readEdgeSettings = async (file: string): Promise<EdgeSettings> => {
  const text = await readFile(file, 'utf8').catch(() => '')
  const lines = text.matchAll(/^[ \t]*([A-Z][A-Z0-9_]*)=(.*)$/gm)
  const set = [...lines].map(([, name = '', value = '']) => [name, value.trim()] as const)
  return Object.fromEntries(set.filter(([name]) => shared.has(name)))
}

/** By which an edge is known to have these; null where there are none, as of every edge before. */
export const edgeSettingsHash = (settings: EdgeSettings): string | null =>
  Object.keys(settings).length === 0 ? null : settingsHash({ variables: settings, secrets: {} })
