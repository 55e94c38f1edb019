import { exitCodes } from '../../errors/exit-codes.ts'
import { ShopCommand } from '../../shop-command.ts'

export default class HelpExitCodes extends ShopCommand {
  static override summary = 'What each exit code means'

  protected async execute() {
    await this.parse(HelpExitCodes)
    const rows = Object.entries(exitCodes).map(([outcome, { code, meaning }]) => ({ code, outcome, meaning }))
    const text = rows.map(({ code, meaning }) => `${String(code).padStart(3)}  ${meaning}`).join('\n')
    return { result: { exitCodes: rows }, text }
  }
}
