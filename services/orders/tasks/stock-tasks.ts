import { z } from 'zod'
import type { Catalog } from '../catalog-client.ts'
import type { TaskHandler } from './run-tasks.ts'
import type { Task } from './task-store.ts'

const referenceData = z.object({ reference: z.string() })
const taskMilliseconds = 5_000

export function callerOf(task: Task, signal: AbortSignal) {
  const { requestId, traceparent } = task.cause
  const forwarded = { 'x-request-id': requestId, ...(traceparent === undefined ? {} : { traceparent }) }
  return { forwarded, signal: AbortSignal.any([signal, AbortSignal.timeout(taskMilliseconds)]) }
}

/** Of an order that was not paid: its hold is over. */
export const releaseStockTask =
  (catalog: Catalog): TaskHandler =>
  async (task, signal) => {
    await catalog.release(referenceData.parse(task.data).reference, callerOf(task, signal))
    return 'done'
  }

/** Of an order that was paid and cancelled: all that has not been returned before. */
export const returnStockTask =
  (catalog: Catalog): TaskHandler =>
  async (task, signal) => {
    await catalog.returnAll(referenceData.parse(task.data).reference, callerOf(task, signal))
    return 'done'
  }
