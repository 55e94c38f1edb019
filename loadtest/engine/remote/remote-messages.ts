import { createInterface } from 'node:readline'
import type { Duplex } from 'node:stream'
import { z } from 'zod'
import { profileSchema } from '../profile/profile.ts'

/** What a worker elsewhere is to do. */
export const remoteOrderSchema = z.object({
  worker: z.string(),
  share: z.object({ worker: z.int(), workers: z.int() }),
  profile: profileSchema,
  target: z.string(),
  /** For createScenarios of the scenarios that the worker was made with. */
  settings: z.json(),
})
export type RemoteOrder = z.infer<typeof remoteOrderSchema>

/** What its coordinator says, a line each. */
export const coordinatorMessageSchema = z.union([
  /** The first of every connection: which run, and how many of its lines have arrived. */
  z.object({ run: z.string(), got: z.int().nonnegative(), order: remoteOrderSchema }),
  /** How long from now: clocks of two machines differ. */
  z.object({ beginInMilliseconds: z.number().nonnegative() }),
  /** So many of its lines have arrived and need not be kept. */
  z.object({ got: z.int().nonnegative() }),
  z.object({ stop: z.literal(true) }),
])
export type CoordinatorMessage = z.infer<typeof coordinatorMessageSchema>

/** What a worker says, a line each. */
export const workerMessageSchema = z.union([
  z.object({ ready: z.literal(true) }),
  /** Its numbers rise by one, from 0; the text is as encodeWorkerLine writes it. */
  z.object({ number: z.int().nonnegative(), text: z.string() }),
  /** It cannot do what it is told. */
  z.object({ refused: z.string() }),
])
export type WorkerMessage = z.infer<typeof workerMessageSchema>

export const writeMessage = (stream: Duplex, message: CoordinatorMessage | WorkerMessage): void => {
  if (stream.writable) stream.write(`${JSON.stringify(message)}\n`)
}

/** Each line as it comes, until the stream ends, however it ends. */
export async function readMessages<Message>(
  stream: Duplex,
  { schema, take }: { readonly schema: z.ZodType<Message>; take(message: Message): void },
): Promise<void> {
  const ended = new Promise<void>((resolve) => stream.once('close', resolve).once('error', () => resolve()))
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })
  // It passes on what the stream says of itself, which is heard above.
  lines.on('error', () => undefined)
  lines.on('line', (line) => {
    const message = messageIn(line, schema)
    // Torn where the line broke: what is whole is sent again on the next one.
    if (message === null) stream.destroy()
    else take(message)
  })
  await ended
  lines.close()
}

const messageIn = <Message>(line: string, schema: z.ZodType<Message>): Message | null => {
  try {
    return schema.parse(JSON.parse(line))
  } catch {
    return null
  }
}
