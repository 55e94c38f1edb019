import { compile } from '../flows/compile.ts'
import { compileView } from '../output/views/compile-view.ts'
import { repositoryRoot } from '../repository-root.ts'
import { ShopCommand } from '../shop-command.ts'

export default class Compile extends ShopCommand {
  static override summary = 'Bundle every service and tell its size and digest; exit 5 where one does not compile'
  static override examples = ['<%= config.bin %> compile']

  protected async execute() {
    await this.parse(Compile)
    const result = await compile({ repository: repositoryRoot, variables: process.env })
    return { result, text: compileView(result, this.width) }
  }
}
