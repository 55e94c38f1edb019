import { z } from 'zod'

export type HeapState = {
  /** What is left of the heap after a full collection. */
  readonly mebibytes: number
  /** Sockets, timers and whatever else keeps a process alive. */
  readonly handles: number
}

export type HeapProbe = {
  /** Collects all garbage first, so that two answers differ by what is really kept. */
  read(): Promise<HeapState>
  close(): void
}

const targetsSchema = z.array(z.object({ webSocketDebuggerUrl: z.url() })).min(1)
const answerSchema = z.looseObject({ id: z.int(), result: z.unknown() })
const usageSchema = z.object({ usedSize: z.number() })
const countSchema = z.object({ result: z.object({ value: z.int() }) })

const opened = (socket: WebSocket): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.addEventListener('open', () => resolve())
  socket.addEventListener('error', () => reject(new Error(`${socket.url} cannot be opened`)))
  return promise
}

/** To a process that was started with `--inspect=127.0.0.1:port`. */
export const openHeapProbe = async (port: number): Promise<HeapProbe> => {
  const targets = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()
  const socket = new WebSocket(targetsSchema.parse(targets)[0]?.webSocketDebuggerUrl ?? '')
  await opened(socket)
  const waiting = new Map<number, (result: unknown) => void>()
  socket.addEventListener('message', ({ data }) => {
    const { data: answer } = answerSchema.safeParse(JSON.parse(String(data)))
    if (answer !== undefined) waiting.get(answer.id)?.(answer.result)
  })
  let asked = 0
  const ask = (method: string, params: object = {}): Promise<unknown> => {
    const id = ++asked
    const { promise, resolve } = Promise.withResolvers<unknown>()
    waiting.set(id, resolve)
    socket.send(JSON.stringify({ id, method, params }))
    return promise.finally(() => waiting.delete(id))
  }
  return {
    async read() {
      await ask('HeapProfiler.collectGarbage')
      const { usedSize } = usageSchema.parse(await ask('Runtime.getHeapUsage'))
      const expression = 'process.getActiveResourcesInfo().length'
      const { result } = countSchema.parse(await ask('Runtime.evaluate', { expression, returnByValue: true }))
      return { mebibytes: usedSize / 2 ** 20, handles: result.value }
    },
    close: () => socket.close(),
  }
}
