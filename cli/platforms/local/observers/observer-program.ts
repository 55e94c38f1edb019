import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { ShopctlError } from '../../../errors/shopctl-error.ts'
import { installCommand } from '../../../tools/tool-missing.ts'
import { findProgram } from '../find-program.ts'
import { loopback } from '../ports.ts'
import type { ObserverPaths } from './observer-paths.ts'

export const observerNames = ['prometheus', 'alertmanager'] as const
export type ObserverName = (typeof observerNames)[number]

type ObserverFacts = {
  /** As packages call it; the first that is there is taken. */
  readonly programs: readonly string[]
  readonly arguments: (paths: ObserverPaths, port: number) => readonly string[]
}

/** 15 days (B-1). */
const retention = '15d'

export const observerFacts: Readonly<Record<ObserverName, ObserverFacts>> = {
  prometheus: {
    programs: ['prometheus'],
    arguments: ({ configuration, prometheus }, port) => [
      `--config.file=${join(configuration, 'prometheus', 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(prometheus, 'data')}`,
      `--storage.tsdb.retention.time=${retention}`,
      `--web.listen-address=${loopback}:${port}`,
      // Lets `observe` hand over new rules without a restart.
      '--web.enable-lifecycle',
    ],
  },
  alertmanager: {
    // Debian's package has the first name.
    programs: ['prometheus-alertmanager', 'alertmanager'],
    arguments: ({ configuration, alertmanager }, port) => [
      `--config.file=${join(configuration, 'alertmanager', 'alertmanager.yml')}`,
      `--storage.path=${join(alertmanager, 'data')}`,
      `--web.listen-address=${loopback}:${port}`,
      // One alone has nobody to gossip with, and the port for it would be open to all.
      '--cluster.listen-address=',
    ],
  },
}

const packageOf = (name: ObserverName): string =>
  name === 'alertmanager' && process.platform !== 'darwin' ? 'prometheus-alertmanager' : name

const missing = (names: readonly ObserverName[]): ShopctlError => {
  const programs = names.map((name) => observerFacts[name].programs.join(' or '))
  return new ShopctlError({
    code: 'TOOL_MISSING',
    outcome: 'refused',
    what: `Nothing can be observed: ${programs.join(' and ')} ${names.length === 1 ? 'is' : 'are'} not on this machine's PATH.`,
    why: ['shopctl starts the programs that are there and fetches none'],
    fix: [names.map((name) => installCommand(packageOf(name), process.platform)).join(' && ')],
  })
}

const findOne = async (name: ObserverName, path: string | undefined): Promise<string | null> => {
  const found = await Promise.all(observerFacts[name].programs.map((program) => findProgram(program, path)))
  const first = found.find((program) => program !== null) ?? null
  // The same program by another way (/bin, /usr/bin) is no reason to start it anew.
  return first === null ? null : realpath(first)
}

/** Where both programs are. Throws TOOL_MISSING (refused) with how to get those that are not. */
export const findObservers = async (path: string | undefined): Promise<Readonly<Record<ObserverName, string>>> => {
  const [prometheus, alertmanager] = await Promise.all(observerNames.map((name) => findOne(name, path)))
  if (prometheus && alertmanager) return { prometheus, alertmanager }
  throw missing(observerNames.filter((name) => !(name === 'prometheus' ? prometheus : alertmanager)))
}
