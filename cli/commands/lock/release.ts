import { requireConfirmation } from '../../confirm.ts'
import { toType } from '../../errors/to-type.ts'
import { environmentFlag, yesFlag } from '../../flags.ts'
import { FlowCommand } from '../../flow-command.ts'
import { releaseLock, showLock } from '../../flows/lock.ts'
import { lockView } from '../../output/views/lock-view.ts'

export default class LockRelease extends FlowCommand {
  static override summary = 'Take the lock away from whoever holds it; a living holder notices and stops'
  static override examples = ['<%= config.bin %> lock release --env local --yes']
  static override flags = { ...environmentFlag, ...yesFlag }

  protected async execute() {
    const { flags } = await this.parse(LockRelease)
    const environment = flags.env.name
    const means = await this.means(flags)
    const found = await showLock(means)
    if (found.state === 'free') return { result: { released: null }, text: `The lock of ${environment} is free.` }
    const question = `${lockView(found, { environment, now: means.now() })}\nTake it away?`
    if (!flags.yes) {
      await requireConfirmation({
        question,
        declined: `The lock of ${environment} was left as it is.`,
        fix: toType(`lock release --env ${environment} --yes`),
        signal: this.interrupted,
      })
    }
    const released = await releaseLock(means)
    const text =
      released === null
        ? `The lock of ${environment} had become free.`
        : `The lock of ${released.holder} ("${released.reason}") was taken away.`
    return { result: { released }, text }
  }
}
