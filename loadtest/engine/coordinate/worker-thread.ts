import { parentPort, workerData } from 'node:worker_threads'
import { z } from 'zod'
import { startGenerator } from '../generate/generator.ts'
import { profileSchema } from '../profile/profile.ts'
import { encodeWorkerLine } from '../record/worker-line.ts'
import { systemClock } from '../schedule/clock.ts'
import { importScenarios, scenarioModuleSchema } from './scenario-module.ts'

/** The other end of thread-worker.ts. */
const orderSchema = z.object({
  worker: z.string(),
  share: z.object({ worker: z.int(), workers: z.int() }),
  profile: profileSchema,
  target: z.string(),
  scenarioModule: scenarioModuleSchema,
})

const messageSchema = z.union([z.object({ begin: z.number() }), z.object({ stop: z.literal(true) })])

const port = parentPort
if (port === null) throw new Error('this file is for a worker thread')
const { scenarioModule, ...order } = orderSchema.parse(workerData)
const scenarios = await importScenarios(scenarioModule)

let stop: (() => void) | null = null

const begin = async (epochMilliseconds: number) => {
  let snapshots = 0
  const generator = startGenerator({
    ...order,
    scenarios,
    clock: systemClock,
    beginsAt: epochMilliseconds - performance.timeOrigin,
    publish(snapshot) {
      snapshots++
      port.postMessage(encodeWorkerLine(snapshot))
    },
  })
  stop = generator.stop
  const { usersNotCleanedUp } = await generator.ended
  port.postMessage(encodeWorkerLine({ version: 1, worker: order.worker, ended: { snapshots, usersNotCleanedUp } }))
  port.close()
}

port.on('message', (value: unknown) => {
  const message = messageSchema.parse(value)
  if ('begin' in message) void begin(message.begin)
  else stop?.()
})
port.postMessage('ready')
