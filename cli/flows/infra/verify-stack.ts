import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { Terraform } from '../../infrastructure/terraform.ts'
import type { Say } from '../steps.ts'
import type { InfraMeans } from './infra-means.ts'
import { stackInWords } from './infra-steps.ts'
import { type NotInService, notInService } from './not-in-service.ts'

const deadlineMinutes = 5
const pauseMilliseconds = 15_000

const inWords = ({ address, expected, found }: NotInService): string => `${address} is ${found}, not ${expected}`

const notVerified = (wrong: readonly NotInService[], means: InfraMeans): ShopctlError =>
  new ShopctlError({
    code: 'NOT_IN_SERVICE',
    outcome: 'unknown',
    what: `All of ${stackInWords(means)} was applied, but after ${deadlineMinutes} min not all of it is in service.`,
    why: wrong.map(inWords),
    fix: [toType(`infra up --env ${means.environment.name}`)],
  })

/** Looks at the state that AWS was just asked for until all of it serves. Throws NOT_IN_SERVICE (unknown). */
export const verifyStack = async (terraform: Terraform, means: InfraMeans, say: Say): Promise<void> => {
  const deadline = means.now().getTime() + deadlineMinutes * 60_000
  for (;;) {
    const wrong = notInService(await terraform.state())
    if (wrong.length === 0) return
    if (means.now().getTime() >= deadline) throw notVerified(wrong, means)
    say(`waiting until ${wrong.map(inWords).join('; ')}`)
    await means.sleep(pauseMilliseconds, means.interrupted)
    await terraform.refresh(() => undefined)
  }
}
