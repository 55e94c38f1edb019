import { randomUUID } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { LatestQueue } from '../coordinate/latest-queue.ts'
import type { LoadWorker } from '../coordinate/load-worker.ts'
import {
  type RemoteOrder,
  readMessages,
  type WorkerMessage,
  workerMessageSchema,
  writeMessage,
} from './remote-messages.ts'

export type RemoteWorkerRequest = {
  readonly order: RemoteOrder
  /** A new line to it. Rejects where there is none now; it is asked again until the worker is given up. */
  connect(signal: AbortSignal): Promise<Duplex>
  /** So long a line may be broken before the worker counts as lost: as long as it goes on alone. */
  readonly awaySeconds?: number
}

const againMilliseconds = 250

/** A part of a run that a worker elsewhere does (serve-worker.ts), over a line that may break and is made again. */
export const remoteWorker = ({ order, connect, awaySeconds = 10 }: RemoteWorkerRequest): LoadWorker => {
  const run = randomUUID()
  const lines = new LatestQueue<string>(Number.POSITIVE_INFINITY)
  const ready = Promise.withResolvers<void>()
  // Whoever has stopped waiting for it reads of its end in the lines.
  void Promise.allSettled([ready.promise])
  const disposed = new AbortController()
  let line: Duplex | null = null
  let got = 0
  /** Until when it begins, by this machine's clock; said again on a new line where it had not begun. */
  let begins: number | null = null
  let isStopped = false
  let wasReached = false

  const giveUp = (why: string) => {
    const cause = new Error(why)
    ready.reject(cause)
    lines.fail(cause)
    disposed.abort()
  }

  const take = (message: WorkerMessage, stream: Duplex) => {
    if ('refused' in message) return giveUp(message.refused)
    if ('ready' in message) {
      wasReached = true
      return ready.resolve()
    }
    // Sent once more on a new line.
    if (message.number < got) return
    got = message.number + 1
    lines.push(message.text)
    writeMessage(stream, { got })
  }

  const sayBegin = (stream: Duplex) => {
    if (begins !== null) writeMessage(stream, { beginInMilliseconds: Math.max(0, begins - Date.now()) })
  }

  const follow = async (): Promise<void> => {
    let awaySince = performance.now()
    let why = 'it was never reached'
    while (!disposed.signal.aborted) {
      try {
        const stream = await connect(disposed.signal)
        line = stream
        stream.on('error', (error) => {
          why = error.message
        })
        writeMessage(stream, { run, got, order })
        sayBegin(stream)
        if (isStopped) writeMessage(stream, { stop: true })
        why = 'its line broke'
        wasReached = false
        await readMessages(stream, { schema: workerMessageSchema, take: (message) => take(message, stream) })
        if (wasReached) awaySince = performance.now()
      } catch (error) {
        why = error instanceof Error ? error.message : String(error)
      } finally {
        line = null
      }
      if (performance.now() - awaySince > awaySeconds * 1_000) return giveUp(why)
      await pause(againMilliseconds, undefined, { signal: disposed.signal }).catch(() => undefined)
    }
  }

  const following = follow().finally(() => lines.end())
  return {
    name: order.worker,
    ready: ready.promise,
    lines,
    begin(epochMilliseconds) {
      begins = epochMilliseconds
      if (line !== null) sayBegin(line)
    },
    stop() {
      isStopped = true
      if (line !== null) writeMessage(line, { stop: true })
    },
    async dispose() {
      disposed.abort()
      line?.destroy()
      await following
    },
  }
}
