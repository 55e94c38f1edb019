import { z } from 'zod'
import { askLoopback } from './ask-loopback.ts'

const answerSeconds = 2

const statusSchema = z.object({
  generation: z.number(),
  release: z.number().nullable(),
  pid: z.number(),
  version: z.string(),
  in_flight: z.record(z.string(), z.number()),
})

const reloadSchema = z.object({ generation: z.number(), release: z.number().nullable() })

export type EdgeStatus = z.infer<typeof statusSchema>

export type EdgeControl = {
  /** Null where no edge of ours answers. */
  status(signal: AbortSignal): Promise<EdgeStatus | null>
  /** Makes the edge read its routes again; answers what it routes by now. */
  reload(signal: AbortSignal): Promise<z.infer<typeof reloadSchema>>
  /** Asks the edge to end after the requests that it has. */
  stop(signal: AbortSignal): Promise<void>
}

/** Speaks with the edge's control port, which listens on the loopback address only. */
export const edgeControl = ({ port, token }: { port: number; token: string }): EdgeControl => {
  const headers = { authorization: `Bearer ${token}` }
  const ask = async (method: 'GET' | 'POST', path: string, signal: AbortSignal): Promise<unknown> => {
    const { status, body } = await askLoopback({ port, method, path, headers, seconds: answerSeconds }, signal)
    if (status < 200 || status > 299) throw new Error(`${method} ${path} answered ${status}: ${body}`)
    return body === '' ? null : JSON.parse(body)
  }
  return {
    status: (signal) =>
      ask('GET', '/status', signal).then(
        (body) => statusSchema.parse(body),
        () => null,
      ),
    reload: async (signal) => reloadSchema.parse(await ask('POST', '/reload', signal)),
    stop: async (signal) => {
      await ask('POST', '/stop', signal)
    },
  }
}
