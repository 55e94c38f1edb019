import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { z } from 'zod'
import { type LoadGenerator, startGenerator } from '../generate/generator.ts'
import { encodeWorkerLine, type WorkerLine } from '../record/worker-line.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { systemClock } from '../schedule/clock.ts'
import {
  type CoordinatorMessage,
  coordinatorMessageSchema,
  type RemoteOrder,
  readMessages,
  writeMessage,
} from './remote-messages.ts'

export type ServedWorker = {
  readonly port: number
  /** Resolves when its run is over and told, or its coordinator has been away for too long. */
  readonly ended: Promise<'told' | 'left'>
  /** Ends the load and lets users remove what they made, as where nobody leads it any more. */
  leave(): void
  close(): void
}

export type ServeWorker = {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  createScenarios(settings: RemoteOrder['settings']): readonly Scenario[] | Promise<readonly Scenario[]>
  /** So long it goes on without a coordinator: longer than a line breaks, and no longer than its load is watched. */
  readonly aloneSeconds?: number
  /** Before the first coordinator comes. */
  readonly waitSeconds?: number
}

/**
 * One part of one run, for a coordinator that comes over the network and may lose its line: what it has not got is sent
 * again when it is back. Where it does not come back the load ends and what the users made is removed.
 */
export async function serveWorker(request: ServeWorker): Promise<ServedWorker> {
  const { host, port, aloneSeconds = 10, waitSeconds = 300 } = request
  const worker = new RemotelyLed(request, aloneSeconds)
  const server = createServer({ noDelay: true }, (socket) => worker.lead(socket))
  server.listen(port, host)
  await once(server, 'listening')
  const address = z.object({ port: z.int() }).parse(server.address())
  worker.waitAtMost(waitSeconds)
  const close = () => {
    worker.close()
    server.close()
  }
  return { port: address.port, ended: worker.ended.finally(close), leave: () => worker.leave(), close }
}

class RemotelyLed {
  readonly #request: ServeWorker
  readonly #aloneSeconds: number
  readonly #over = Promise.withResolvers<'told' | 'left'>()
  #leader: Socket | null = null
  #alone: NodeJS.Timeout | undefined
  #run: string | null = null
  #scenarios: Promise<readonly Scenario[]> | null = null
  #order: RemoteOrder | null = null
  #generator: LoadGenerator | null = null
  /** Not yet got by the coordinator, oldest first. */
  #kept: { readonly number: number; readonly text: string }[] = []
  #numbered = 0
  #hasBegun = false
  #isDone = false

  constructor(request: ServeWorker, aloneSeconds: number) {
    this.#request = request
    this.#aloneSeconds = aloneSeconds
  }

  get ended(): Promise<'told' | 'left'> {
    return this.#over.promise
  }

  waitAtMost(seconds: number): void {
    clearTimeout(this.#alone)
    this.#alone = setTimeout(() => this.leave(), seconds * 1_000)
  }

  close(): void {
    clearTimeout(this.#alone)
    this.#leader?.destroy()
  }

  /** The last one to come leads: an older connection is one that broke. */
  lead(socket: Socket): void {
    socket.on('error', () => undefined)
    const take = (message: CoordinatorMessage) => {
      try {
        this.#take(message, socket)
      } catch (error) {
        writeMessage(socket, { refused: error instanceof Error ? error.message : String(error) })
      }
    }
    readMessages(socket, { schema: coordinatorMessageSchema, take })
      .catch(() => socket.destroy())
      .finally(() => {
        if (this.#leader !== socket) return
        this.#leader = null
        this.waitAtMost(this.#aloneSeconds)
      })
  }

  #take(message: CoordinatorMessage, socket: Socket): void {
    if ('order' in message) this.#meet(message, socket)
    else if ('got' in message) this.#forget(message.got)
    else if ('stop' in message) this.#stop()
    else this.#begin(message.beginInMilliseconds)
  }

  #meet({ run, got, order }: Extract<CoordinatorMessage, { run: string }>, socket: Socket): void {
    if (this.#run !== null && this.#run !== run) throw new Error('it works for another run')
    this.#leader?.destroy()
    this.#leader = socket
    clearTimeout(this.#alone)
    this.#run = run
    this.#order ??= order
    this.#scenarios ??= Promise.resolve(this.#request.createScenarios(order.settings))
    this.#scenarios.then(
      () => writeMessage(socket, { ready: true }),
      (error: unknown) => writeMessage(socket, { refused: `it has no scenarios: ${error}` }),
    )
    this.#forget(got)
    for (const line of this.#kept) writeMessage(socket, line)
  }

  #begin(inMilliseconds: number): void {
    const scenarios = this.#scenarios
    const order = this.#order
    if (scenarios === null || order === null || this.#hasBegun) return
    this.#hasBegun = true
    const beginsAt = performance.now() + inMilliseconds
    void scenarios.then(async (made) => {
      if (this.#isDone) return
      let snapshots = 0
      this.#generator = startGenerator({
        ...order,
        scenarios: made,
        clock: systemClock,
        beginsAt,
        publish: (snapshot) => {
          snapshots += 1
          this.#say(snapshot)
        },
      })
      const { usersNotCleanedUp } = await this.#generator.ended
      this.#isDone = true
      this.#say({ version: 1, worker: order.worker, ended: { snapshots, usersNotCleanedUp } })
      if (this.#leader === null) this.leave()
    })
  }

  #say(line: WorkerLine): void {
    const kept = { number: this.#numbered, text: encodeWorkerLine(line) }
    this.#numbered += 1
    this.#kept.push(kept)
    if (this.#leader !== null) writeMessage(this.#leader, kept)
  }

  #forget(got: number): void {
    this.#kept = this.#kept.filter(({ number }) => number >= got)
    if (this.#isDone && this.#kept.length === 0) this.#over.resolve('told')
  }

  #stop(): void {
    this.#generator?.stop()
    if (this.#generator !== null || this.#isDone) return
    // Told to stop before it began.
    this.#isDone = true
    this.#say({ version: 1, worker: this.#order?.worker ?? '', ended: { snapshots: 0, usersNotCleanedUp: 0 } })
  }

  /** Nobody leads any more: no load that nobody watches, and nothing left behind. */
  leave(): void {
    const generator = this.#generator
    generator?.stop()
    void (generator?.ended ?? Promise.resolve()).then(() => {
      if (this.#leader === null) this.#over.resolve('left')
    })
  }
}
