import { expectedMinutes } from '../../infrastructure/terraform/expected-minutes.ts'
import type { TerraformEvent } from '../../infrastructure/terraform.ts'
import { durationInWords } from '../../output/words-for-time.ts'

const doing: Readonly<Record<string, string>> = {
  create: 'creating',
  update: 'changing',
  delete: 'destroying',
  replace: 'replacing',
}

const did: Readonly<Record<string, string>> = {
  create: 'created',
  update: 'changed',
  delete: 'destroyed',
  replace: 'replaced',
}

const usually = (address: string, action: string): string => {
  const minutes = expectedMinutes(address)
  return minutes === null || action === 'delete' ? '' : `, usually about ${minutes} min`
}

const seconds = (amount: number): string => durationInWords(amount * 1000)

/** Terraform counts whole seconds: what took none of them took a moment. */
const after = (amount: number): string => (amount === 0 ? '' : ` in ${seconds(amount)}`)

export type TerraformProgress = {
  /** What the event says to a person; null where it says nothing new. */
  hear(event: TerraformEvent): string | null
}

/**
 * Tells of an apply by resource: what was done out of how many, what takes long and how long that usually takes. Without
 * a total that is known before, what is planned on the way is counted.
 */
export const createTerraformProgress = (known: number | null): TerraformProgress => {
  // A plan and the apply after it both tell what is planned.
  const planned = new Set<string>()
  let ended = 0
  const count = () => `${ended} of ${Math.max(known ?? planned.size, ended)}`
  return {
    hear(event) {
      switch (event.type) {
        case 'planned':
          if (event.action !== 'noop') planned.add(event.address)
          return null
        case 'began': {
          const expected = usually(event.address, event.action)
          return expected === ''
            ? null
            : `${event.address}: ${doing[event.action] ?? event.action}${expected} (${count()})`
        }
        case 'going-on': {
          const { address, action, elapsedSeconds } = event
          return `${address}: ${doing[action] ?? action} for ${seconds(elapsedSeconds)}${usually(address, action)} (${count()})`
        }
        case 'done':
          ended += 1
          return `${event.address}: ${did[event.action] ?? event.action}${after(event.elapsedSeconds)} (${count()})`
        case 'failed':
          ended += 1
          return `${event.address}: not ${did[event.action] ?? event.action}, after ${seconds(event.elapsedSeconds)} (${count()})`
        case 'log':
        case 'waiting':
          return event.message
        default:
          return null
      }
    },
  }
}

/** Of a plan only what it waits for and how much of the state was read. */
export const createPlanProgress = (): TerraformProgress => {
  let read = 0
  return {
    hear(event) {
      if (event.type === 'waiting') return event.message
      if (event.type !== 'refresh' || event.state !== 'done') return null
      read += 1
      return read % 25 === 0 ? `${read} resources read` : null
    },
  }
}
