import type { HooksRequest } from './flows/hooks.ts'
import { repositoryRoot } from './repository-root.ts'
import { ShopCommand } from './shop-command.ts'

/** A command about git's hooks of the repository that shopctl is in. */
export abstract class HooksCommand extends ShopCommand {
  protected hooksRequest(): HooksRequest {
    return {
      repository: repositoryRoot,
      variables: process.env,
      startedIn: process.cwd(),
      signal: this.interrupted,
    }
  }
}
