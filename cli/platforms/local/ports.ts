import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { hasErrorCode } from '../../errors/has-error-code.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { listProcStats } from '../../tools/proc-stat.ts'
import { runTool } from '../../tools/run-tool.ts'
import { readListeningSockets, readSocketInodes } from './listening-sockets.ts'

export const loopback = '127.0.0.1'

const lsofTimeoutSeconds = 5
const commandLength = 80
const connectMilliseconds = 500

export type PortOwner = { readonly processId: number; readonly command: string }

/** Listens for a moment. Answers the port that it got; rejects with the system's error. */
const listenOnce = (port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ port, host: loopback, exclusive: true }, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port))
    })
  })

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: loopback, timeout: connectMilliseconds })
    const tell = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => tell(true))
    socket.once('error', () => tell(false))
    socket.once('timeout', () => tell(true))
  })

/**
 * Below the ports that systems give to outgoing connections (from 32768 on Linux, 49152 on macOS), of which a busy
 * client takes hundreds a second: one of those would be gone before the program that it is for listens on it.
 */
const chosenFrom = { lowest: 20_000, highest: 29_999 } as const
const chosen = new Set<number>()
const attempts = 100

/** A port on which nobody listens now; this process is never given the same one twice. */
export const freePort = async (): Promise<number> => {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const port = randomInt(chosenFrom.lowest, chosenFrom.highest + 1)
    if (chosen.has(port)) continue
    chosen.add(port)
    if (await isFree(port)) return port
  }
  return listenOnce(0)
}

/** Ports that `freePort` never gives, although nobody listens there yet: somebody of ours will. */
export const keepPorts = (ports: readonly number[]): void => {
  for (const port of ports) chosen.add(port)
}

/** Whether a server could listen on 127.0.0.1 at this port. Throws PORT_NOT_ALLOWED (refused) for one kept for root. */
export const isFree = async (port: number): Promise<boolean> => {
  try {
    await listenOnce(port)
  } catch (error) {
    if (hasErrorCode(error, 'EACCES')) throw notAllowed(port, error)
    return false
  }
  // macOS lets a server listen on one address although another has the port on all.
  return process.platform === 'linux' || !(await answers(port))
}

const notAllowed = (port: number, cause: unknown): ShopctlError =>
  new ShopctlError({
    code: 'PORT_NOT_ALLOWED',
    outcome: 'refused',
    what: `Port ${port} is kept for the system's own services.`,
    why: [cause instanceof Error ? cause.message : String(cause)],
    cause,
  })

const readCommand = (processId: number): string => {
  try {
    const words = readFileSync(`/proc/${processId}/cmdline`, 'utf8').split('\0').filter(Boolean)
    return words.join(' ').slice(0, commandLength)
  } catch {
    return 'unknown'
  }
}

/** The fields of `lsof -Fpcn`: a process, its command, then its addresses. */
export const parseLsof = (text: string): readonly (PortOwner & { readonly ports: readonly number[] })[] =>
  text.split(/^(?=p\d)/m).flatMap((block) => {
    const processId = block.match(/^p(\d+)/)?.[1]
    const command = block.match(/^c(.+)/m)?.[1] ?? 'unknown'
    const ports = [...block.matchAll(/^n.*:(\d+)$/gm)].map(([, port]) => Number(port))
    return processId === undefined ? [] : [{ processId: Number(processId), command, ports }]
  })

const lsof = async (which: readonly string[]) => {
  const args = ['-nP', '-a', '-iTCP', '-sTCP:LISTEN', '-Fpcn', ...which]
  const call = { program: 'lsof', args, timeoutSeconds: lsofTimeoutSeconds }
  return parseLsof((await runTool(call, new AbortController().signal)).stdout)
}

/** Who listens on the port; null where nobody does, or where it is another user's process. */
export const portOwner = async (port: number): Promise<PortOwner | null> => {
  if (process.platform !== 'linux') {
    const owner = (await lsof([])).find(({ ports }) => ports.includes(port))
    return owner === undefined ? null : { processId: owner.processId, command: owner.command }
  }
  const inodes = readListeningSockets().filter((socket) => socket.port === port)
  const holds = (processId: number) => {
    const held = readSocketInodes(processId)
    return inodes.some(({ inode }) => held.has(inode))
  }
  const owner = inodes.length === 0 ? undefined : listProcStats().find(({ processId }) => holds(processId))
  return owner === undefined ? null : { processId: owner.processId, command: readCommand(owner.processId) }
}

/** The ports on which a process listens, lowest first. */
export const listeningPorts = async (processId: number): Promise<readonly number[]> => {
  if (process.platform !== 'linux') {
    return (await lsof(['-p', String(processId)])).flatMap(({ ports }) => ports).toSorted((a, b) => a - b)
  }
  const held = readSocketInodes(processId)
  const ports = readListeningSockets().filter(({ inode }) => held.has(inode))
  return [...new Set(ports.map(({ port }) => port))].toSorted((a, b) => a - b)
}
