import { readdirSync, readFileSync } from 'node:fs'
import { runTool } from '../../tools/run-tool.ts'

/** The variable that a started process carries, with all its children: whose it is and which record it belongs to. */
export const markerName = 'SHOPCTL_PROCESS'

/** A state directory may have a blank in its name, which `ps` cannot tell from the end of a variable. */
export const markerOf = (directory: string, id: string): string => `${encodeURIComponent(directory)}#${id}`

export type MarkedProcess = { readonly processId: number; readonly id: string }

const markerIn = (text: string): string | undefined =>
  text.match(new RegExp(`(?:^|[\\0 ])${markerName}=([^\\0 \\n]+)`))?.[1]

const marked = (processId: number, { text, directory }: { text: string; directory: string }): MarkedProcess | null => {
  const marker = markerIn(text)
  const prefix = markerOf(directory, '')
  return marker?.startsWith(prefix) ? { processId, id: marker.slice(prefix.length) } : null
}

const readEnvironment = (processId: string): string => {
  try {
    return readFileSync(`/proc/${processId}/environ`, 'utf8')
  } catch {
    // Ended meanwhile, or another user's.
    return ''
  }
}

/** The lines of `ps -axEww -o pid=,command=`: the variables come after the command. */
export const parsePsEnvironment = (text: string, directory: string): readonly MarkedProcess[] =>
  text
    .split('\n')
    .map((line) => marked(Number.parseInt(line, 10), { text: line, directory }))
    .filter((found) => found !== null)

/** Every live process that carries a marker of this process table. */
export const findMarkedProcesses = async (directory: string): Promise<readonly MarkedProcess[]> => {
  if (process.platform !== 'linux') {
    const call = { program: 'ps', args: ['-axEww', '-o', 'pid=,command='], timeoutSeconds: 5 }
    return parsePsEnvironment((await runTool(call, new AbortController().signal)).stdout, directory)
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => marked(Number(name), { text: readEnvironment(name), directory }))
    .filter((found) => found !== null)
}
