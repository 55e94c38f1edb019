import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { readProcess } from '../../tools/process-facts.ts'
import { runTool } from '../../tools/run-tool.ts'
import type { ProcessIdentity } from './process-identity.ts'
import { waitUntil } from './wait-until.ts'

/** A server that runs on a data directory, as its own postmaster.pid says. */
export type Postmaster = ProcessIdentity & {
  readonly port: number
  readonly status: 'starting' | 'ready' | 'stopping' | 'standby'
}

const orphansEndWithinSeconds = 10

const statusOf = (line: string): Postmaster['status'] => {
  const word = line.trim()
  return word === 'ready' || word === 'stopping' || word === 'standby' ? word : 'starting'
}

/** The lines of postmaster.pid: id, data directory, start, port, socket directory, address, shared memory, status. */
export const parsePostmasterFile = (text: string) => {
  const lines = text.split('\n')
  const processId = Number.parseInt(lines[0] ?? '', 10)
  if (Number.isNaN(processId)) return null
  return { processId, port: Number.parseInt(lines[3] ?? '', 10) || 0, status: statusOf(lines[7] ?? '') }
}

const fileIn = (dataDirectory: string): string => join(dataDirectory, 'postmaster.pid')

const readPostmasterFile = async (dataDirectory: string) =>
  readFile(fileIn(dataDirectory), 'utf8').then(parsePostmasterFile, () => null)

const readCommandLine = async (processId: number): Promise<string> => {
  if (process.platform !== 'linux') {
    const call = { program: 'ps', args: ['-ww', '-o', 'command=', '-p', String(processId)], timeoutSeconds: 5 }
    return (await runTool(call, new AbortController().signal)).stdout
  }
  try {
    return readFileSync(`/proc/${processId}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}

/** The server that runs on this data directory; null where postmaster.pid is missing or names somebody else. */
export const readPostmaster = async (dataDirectory: string): Promise<Postmaster | null> => {
  const told = await readPostmasterFile(dataDirectory)
  if (told === null) return null
  const facts = await readProcess(told.processId)
  if (facts === null || facts.zombie) return null
  const isOurs = (await readCommandLine(told.processId)).includes(`-D ${dataDirectory} `)
  return isOurs ? { ...told, processStart: facts.start } : null
}

const worksIn = (name: string, directory: string): boolean => {
  try {
    return readlinkSync(`/proc/${name}/cwd`) === directory
  } catch {
    return false
  }
}

/** A server's processes work in its data directory. Without /proc nobody is seen, and the server's own check must do. */
const processesIn = (dataDirectory: string): readonly string[] =>
  process.platform === 'linux'
    ? readdirSync('/proc').filter((name) => /^\d+$/.test(name) && worksIn(name, dataDirectory))
    : []

const inUse = (dataDirectory: string): ShopctlError =>
  new ShopctlError({
    code: 'POSTGRES_DATA_IN_USE',
    outcome: 'refused',
    what: `The local PostgreSQL was not started: processes of an earlier one still use ${dataDirectory}.`,
    fix: [`ps -fp ${processesIn(dataDirectory).join(',')}`],
  })

/**
 * Makes room for a new server after one was killed: waits for its orphans, and removes a postmaster.pid whose process id
 * now belongs to another program or to a dead one that nobody collects, which a new server would take for a live one.
 */
export const clearStalePostmaster = async (dataDirectory: string, signal: AbortSignal): Promise<void> => {
  const told = await readPostmasterFile(dataDirectory)
  if (told === null) return
  const doing = 'waiting for an earlier PostgreSQL to end'
  const wait = { signal, deadlineSeconds: orphansEndWithinSeconds, everyMilliseconds: 20, doing }
  const isUnused = async () => (processesIn(dataDirectory).length === 0 ? true : null)
  if ((await waitUntil(isUnused, wait)) === null) throw inUse(dataDirectory)
  // Where the id is free the file stays: it lets the server itself look for shared memory that is still in use.
  if ((await readProcess(told.processId)) !== null) await rm(fileIn(dataDirectory), { force: true })
}
