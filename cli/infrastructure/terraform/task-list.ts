import type { Diagnostic, TerraformEvent } from '../terraform.ts'
import { expectedMinutes } from './expected-minutes.ts'

export type TaskState = 'waiting' | 'running' | 'done' | 'failed' | 'stopped'

export type Task = {
  readonly address: string
  /** `create`, `update`, `delete`, `replace`. */
  readonly action: string
  readonly state: TaskState
  readonly elapsedSeconds: number
  /** A replacement is told as a deletion and a creation, in either order: only the second to end is the end of it. */
  readonly halvesDone: number
  /** What resources of this type usually take; null where that is nothing to tell. */
  readonly expectedMinutes: number | null
}

/** What an apply is about to do, does and has done, by resource and in the order in which it was planned. */
export type TaskList = {
  readonly tasks: ReadonlyMap<string, Task>
  readonly diagnostics: readonly Diagnostic[]
  readonly interrupted: boolean
}

export const emptyTaskList: TaskList = { tasks: new Map(), diagnostics: [], interrupted: false }

/** Terraform's fixed words at an interrupt; what ends after them was stopped, and did not fail by itself. */
const isInterrupt = (message: string): boolean =>
  message.startsWith('Interrupt received.') || message.startsWith('Two interrupts received.')

const notWork: ReadonlySet<string> = new Set(['noop', 'read', 'move', 'import', 'remove'])

const withTask = (list: TaskList, address: string, change: Partial<Task>): TaskList => {
  const known = list.tasks.get(address)
  const fresh = { address, action: 'create', state: 'waiting', elapsedSeconds: 0, halvesDone: 0 } as const
  const task = { ...fresh, expectedMinutes: expectedMinutes(address), ...known, ...change }
  return { ...list, tasks: new Map(list.tasks).set(address, task) }
}

const withEnd = (list: TaskList, address: string, elapsedSeconds: number): TaskList => {
  const known = list.tasks.get(address)
  const isFirstHalf = known?.action === 'replace' && known.halvesDone === 0
  return withTask(list, address, isFirstHalf ? { halvesDone: 1 } : { state: 'done', elapsedSeconds })
}

/** The list after one more event. Events that no apply sends change nothing. */
export const withEvent = (list: TaskList, event: TerraformEvent): TaskList => {
  switch (event.type) {
    case 'planned':
      return notWork.has(event.action) ? list : withTask(list, event.address, { action: event.action })
    case 'began': {
      if (notWork.has(event.action)) return list
      const known = list.tasks.get(event.address)
      return withTask(list, event.address, { state: 'running', action: known?.action ?? event.action })
    }
    case 'going-on':
      return notWork.has(event.action)
        ? list
        : withTask(list, event.address, { state: 'running', elapsedSeconds: event.elapsedSeconds })
    case 'done':
      return notWork.has(event.action) ? list : withEnd(list, event.address, event.elapsedSeconds)
    case 'failed': {
      const state = list.interrupted ? 'stopped' : 'failed'
      return withTask(list, event.address, { state, elapsedSeconds: event.elapsedSeconds })
    }
    case 'diagnostic':
      return { ...list, diagnostics: [...list.diagnostics, event.diagnostic] }
    case 'log':
      return isInterrupt(event.message) ? { ...list, interrupted: true } : list
    default:
      return list
  }
}

export const inState = (list: TaskList, ...states: readonly TaskState[]): readonly Task[] =>
  [...list.tasks.values()].filter((task) => states.includes(task.state))
