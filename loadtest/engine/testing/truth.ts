import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { z } from 'zod'

const truthSchema = z.object({
  seen: z.array(z.object({ path: z.string(), receivedAt: z.number(), answeredAt: z.number().nullable() })),
  things: z.array(z.string()),
})

export type Truth = z.infer<typeof truthSchema>

export type TruthServer = {
  readonly origin: string
  /** Its own record. */
  read(): Promise<Truth>
  /** Stands still from now on for so long. */
  stall(milliseconds: number): Promise<void>
}

export type TruthSettings = { readonly atOnce?: number; readonly requestsPerSocket?: number }

/** For one test; ends with it. */
export const startTruth = async ({
  atOnce = 1_000,
  requestsPerSocket = 0,
}: TruthSettings = {}): Promise<TruthServer> => {
  const words = [join(import.meta.dirname, 'truth-server.ts'), String(atOnce), String(requestsPerSocket)]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const [port] = await once(createInterface({ input: child.stdout }), 'line')
  const origin = `http://127.0.0.1:${port}`
  return {
    origin,
    read: async () => truthSchema.parse(await (await fetch(`${origin}/truth`)).json()),
    async stall(milliseconds) {
      await (await fetch(`${origin}/stall?ms=${milliseconds}`)).text()
    },
  }
}
