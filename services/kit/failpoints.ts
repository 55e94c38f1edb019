import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { FailpointAction, FailpointList } from './failpoint-list.ts'
import type { Logger } from './logging.ts'

/** Defined by what makes a bundle, so that it drops what follows and the calls too; unheard of where source runs. */
declare const FAILPOINTS_LEFT_OUT: boolean

/** Tells an end by a failpoint from any other. */
export const failpointExitCode = 99

let armed: FailpointList = new Map()
let announce: (facts: { readonly failpoint: string; readonly action: FailpointAction['do'] }) => void = () => undefined

/** A signal for one that went on already would end the process if nobody heard it. */
const outlive = () => undefined

/** From now on the named places do what the list says, each time they are reached, and a line tells it. */
export function armFailpoints(list: FailpointList | undefined, logger: Logger): void {
  if (typeof FAILPOINTS_LEFT_OUT === 'undefined') {
    armed = list ?? new Map()
    process.off('SIGUSR2', outlive)
    if ([...armed.values()].some((action) => action.do === 'pause')) process.on('SIGUSR2', outlive)
    announce = (facts) => logger.warn(facts, 'failpoint reached')
  } else if (list !== undefined) {
    throw new Error('FAILPOINTS is set, and this build has none')
  }
}

/** A place where tests let a process end, stop, fail or be slow: `await failpoint('orders.saga.after_charge')`. */
export function failpoint(name: string): Promise<void> | undefined {
  if (typeof FAILPOINTS_LEFT_OUT === 'undefined') return reached(name)
}

async function reached(name: string): Promise<void> {
  const action = armed.get(name)
  if (action === undefined) return
  announce({ failpoint: name, action: action.do })
  switch (action.do) {
    case 'exit':
      return process.exit(failpointExitCode)
    case 'pause':
      // SIGUSR2 lets every paused one go on.
      return void (await once(process, 'SIGUSR2'))
    case 'throw':
      throw new Error(`failpoint ${name}`)
    case 'delay':
      return delay(action.milliseconds)
  }
}
