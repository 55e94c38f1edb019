import type { Kysely } from 'kysely'
import { runCaused } from '../../kit/caused-work.ts'
import { errorText } from '../../kit/database-faults.ts'
import type { Logger } from '../../kit/logging.ts'
import { type RepeatingUntilDrained, repeatUntilDrained } from '../../kit/repeat-until-drained.ts'
import type { Tracing } from '../../kit/trace-span.ts'
import type { OrdersTables } from '../schema.ts'
import { backoffSeconds } from './backoff.ts'
import { claimTasks, delayTask, endTask, type Task, type TaskKind } from './task-store.ts'

/**
 * Does it, at least once: what is remote by a key that makes it once, what is ours in a transaction that finds it done.
 * `later`: there is nothing to do yet. Rejecting: it is tried again, ever slower, for as long as it takes.
 */
export type TaskHandler = (task: Task, signal: AbortSignal) => Promise<TaskOutcome>

export type TaskOutcome =
  | 'done'
  | { readonly later: number }
  /** No try will help: a person has to look at it. */
  | { readonly park: string }

export type TaskParts = {
  readonly database: Kysely<OrdersTables>
  readonly logger: Logger
  readonly tracing?: Tracing | undefined
  readonly handlers: Readonly<Record<TaskKind, TaskHandler>>
  onParked(task: Task): void
}

const tasksAtOnce = 10
/** Where nobody wakes it: the process that wrote the task has ended. */
const everyMilliseconds = 1_000
/** What is not done by then in a process that ends goes on in another one at once. */
const finishMilliseconds = 6_000

/** Does what is due, in this process and beside every other one. */
export function runTasks(parts: TaskParts): RepeatingUntilDrained {
  return repeatUntilDrained({
    task: 'doing the tasks of orders',
    everyMilliseconds,
    finishMilliseconds,
    logger: parts.logger,
    async run(signal) {
      const tasks = await claimTasks(parts.database, tasksAtOnce)
      await Promise.all(tasks.map((task) => runTask(parts, { task, signal })))
      return tasks.length === tasksAtOnce ? 'again' : 'wait'
    },
  })
}

type Running = { readonly task: Task; readonly signal: AbortSignal }

async function runTask(parts: TaskParts, { task, signal }: Running): Promise<void> {
  const { database, handlers, logger, tracing } = parts
  const kind = Object.keys(handlers).find((name): name is TaskKind => name === task.kind)
  // Of a release after this one: it will come to a process that knows it.
  if (kind === undefined) return delayTask(database, { id: task.id, seconds: 60, error: 'unknown kind' })
  const log = { task: task.key, order_id: task.orderId, request_id: task.cause.requestId, attempts: task.attempts }
  const work = { name: `task ${kind}`, cause: task.cause }
  const outcome = await runCaused(tracing, work, () => handlers[kind](task, signal)).catch((error: unknown) => {
    if (signal.aborted) return { later: 0 }
    logger.warn({ ...log, error }, 'a task of an order failed and is tried again')
    return { error: errorText(error) }
  })
  if (outcome === 'done') return endTask(database, { id: task.id, state: 'done' })
  if ('later' in outcome) return delayTask(database, { id: task.id, seconds: outcome.later, error: null })
  if ('error' in outcome) {
    return delayTask(database, { id: task.id, seconds: backoffSeconds(task.attempts), error: outcome.error })
  }
  logger.error({ ...log, reason: outcome.park }, 'a task of an order cannot be done: somebody has to look at it')
  parts.onParked(task)
  return endTask(database, { id: task.id, state: 'parked', error: outcome.park })
}
