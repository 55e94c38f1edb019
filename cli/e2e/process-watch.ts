import { readdirSync, readFileSync } from 'node:fs'

const readText = (file: string): string => {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    // Ended meanwhile, or another user's.
    return ''
  }
}

export type ProcessWatch = {
  /** Command lines that anybody on the machine can read, of every process that was seen. */
  readonly commandLines: ReadonlySet<string>
  /** Environments of the services, and of their migrations and seeds. */
  readonly environments: ReadonlySet<string>
  stop(): void
}

/** Looks at the process list again and again, as somebody else on the machine could. */
export const watchProcesses = (everyMilliseconds = 10): ProcessWatch => {
  const commandLines = new Set<string>()
  const environments = new Set<string>()
  const look = () => {
    for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const words = readText(`/proc/${id}/cmdline`)
      commandLines.add(words)
      if (words.includes('bundle.mjs')) environments.add(readText(`/proc/${id}/environ`))
    }
  }
  look()
  const timer = setInterval(look, everyMilliseconds)
  return { commandLines, environments, stop: () => clearInterval(timer) }
}
