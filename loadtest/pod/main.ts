import { z } from 'zod'
import { serveWorker } from '../engine/remote/serve-worker.ts'
import { createScenarios } from '../scenarios/shop-scenarios.ts'

/** The program of a pod that does one part of a load run: it waits for its coordinator, and ends with its part. */
const { LOAD_WORKER_PORT } = z.object({ LOAD_WORKER_PORT: z.coerce.number().int() }).parse(process.env)

// Its coordinator comes through the API server, to the pod's own loopback: nobody else in the cluster can.
const worker = await serveWorker({ host: '127.0.0.1', port: LOAD_WORKER_PORT, createScenarios })
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => worker.leave())
process.exitCode = (await worker.ended) === 'told' ? 0 : 3
