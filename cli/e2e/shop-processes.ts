import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { readProcStat } from '../tools/proc-stat.ts'

export type ShopProcess = {
  readonly processId: number
  /** `users`, `catalog`, `orders`, `edge`, `redis`, `postgres`, or `command` for shopctl and what it runs. */
  readonly name: string
  /** The release that started it; null for what no release starts. */
  readonly release: number | null
  readonly words: string
}

const readText = (read: () => string): string => {
  try {
    return read()
  } catch {
    // Ended meanwhile.
    return ''
  }
}

/** Set on every command that a test starts; its children inherit it. */
export const e2eMarker = 'SHOPCTL_E2E'

type Facts = { readonly environment: string; readonly command: string; readonly directory: string }

const factsOf = (processId: string): Facts => ({
  environment: readText(() => readFileSync(`/proc/${processId}/environ`, 'utf8')),
  command: readText(() => readFileSync(`/proc/${processId}/cmdline`, 'utf8')),
  directory: readText(() => readlinkSync(`/proc/${processId}/cwd`)),
})

const describe = ({ environment, command, directory }: Facts): Pick<ShopProcess, 'name' | 'release'> => {
  const marker = /(?:^|\0)SHOPCTL_PROCESS=[^\0]*#([a-z]+)(?:-(\d+))?-/.exec(environment)
  const [, name, release] = marker ?? []
  if (name !== undefined) return { name, release: release === undefined ? null : Number(release) }
  // It writes its title over the variables that it was started with.
  if (directory.endsWith('/.shopctl/local/redis')) return { name: 'redis', release: null }
  const postgres = directory.includes('/.shopctl/local/postgres') || /postgres\0-D/.test(command)
  return { name: postgres ? 'postgres' : 'command', release: null }
}

const belongs = ({ environment, command, directory }: Facts, root: string): boolean =>
  directory === root ||
  directory.startsWith(`${root}/`) ||
  command.includes(root) ||
  environment.includes(encodeURIComponent(`${root}/`)) ||
  environment.includes(`${e2eMarker}=${root}\0`)

const isAlive = (processId: number): boolean => readProcStat(processId)?.zombie === false

/** Every live process of a shop: by its marker, its words, or the folder that it runs in. */
export const shopProcesses = (root: string): readonly ShopProcess[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => ({ processId: Number(name), facts: factsOf(name) }))
    .filter(({ processId, facts }) => belongs(facts, root) && isAlive(processId))
    .map(({ processId, facts }) => ({
      processId,
      ...describe(facts),
      words: facts.command.replaceAll('\0', ' ').slice(0, 200),
    }))
