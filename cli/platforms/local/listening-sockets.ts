import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

const listening = '0A'

export type ListeningSocket = { readonly port: number; readonly inode: string }

/** The listening sockets of one /proc/net/tcp or tcp6. */
export const parseProcNetTcp = (text: string): readonly ListeningSocket[] =>
  text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === listening)
    .map((fields) => ({ port: Number.parseInt(fields[1]?.split(':').at(-1) ?? '', 16), inode: fields[9] ?? '' }))

const readOrNothing = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** All listening TCP sockets of this network namespace. */
export const readListeningSockets = (): readonly ListeningSocket[] =>
  ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((path) => parseProcNetTcp(readOrNothing(path)))

const linkTarget = (path: string): string => {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

/** Inodes of the sockets that a process holds; none where it is another user's. */
export const readSocketInodes = (processId: number): ReadonlySet<string> => {
  const directory = `/proc/${processId}/fd`
  try {
    const targets = readdirSync(directory).map((name) => linkTarget(`${directory}/${name}`))
    return new Set(
      targets.map((target) => target.match(/^socket:\[(\d+)\]$/)?.[1]).filter((inode) => inode !== undefined),
    )
  } catch {
    return new Set()
  }
}
