import { chmodSync, copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'

const callSchema = z.object({ settings: z.record(z.string(), z.string()), cwd: z.string(), url: z.string() })

export type FakeScanner = {
  /** A PATH on which `sonar-scanner` is the stand-in. */
  readonly path: string
  readonly calls: () => readonly z.infer<typeof callSchema>[]
}

/** Puts a program called sonar-scanner into a new folder. */
export const installFakeScanner = (directory: string): FakeScanner => {
  mkdirSync(directory, { recursive: true })
  const program = join(directory, 'sonar-scanner')
  copyFileSync(join(import.meta.dirname, 'fake-scanner.cjs'), program)
  chmodSync(program, 0o755)
  return {
    path: `${directory}:${dirname(process.execPath)}:/usr/bin:/bin`,
    calls: () =>
      readFileSync(join(directory, 'scanner-calls.jsonl'), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => callSchema.parse(JSON.parse(line))),
  }
}
