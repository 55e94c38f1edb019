import { z } from 'zod'

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
  const ask = async (method: string, path: string, signal: AbortSignal): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      // While one edge replaces another both listen on this port: a connection that is kept would go on asking the old.
      headers: { authorization: `Bearer ${token}`, connection: 'close' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(2000)]),
    })
    const body: unknown = await response.json().catch(() => null)
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${JSON.stringify(body)}`)
    return body
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
