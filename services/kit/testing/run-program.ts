import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { z } from 'zod'

export type ProgramRun = { readonly exitCode: number | null; readonly output: string }

/** Runs a program to its end; what it says on both streams is kept together. */
export async function runProgram(
  [program = '', ...words]: readonly string[],
  {
    folder,
    environment,
  }: { readonly folder: string; readonly environment: Readonly<Record<string, string | undefined>> },
): Promise<ProgramRun> {
  const child = spawn(program, words, { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => {
      output += chunk
    })
  }
  const [exitCode] = await once(child, 'close')
  return { exitCode: z.number().nullable().parse(exitCode), output }
}
