import { listProfiles } from '../../flows/loadtest/list-profiles.ts'
import { profileArgument } from '../../load-flags.ts'
import { loadProfilesView } from '../../output/views/load-profiles-view.ts'
import { ShopCommand } from '../../shop-command.ts'

export default class LoadtestProfiles extends ShopCommand {
  static override summary = 'The loads that can be sent: how much each can ask for at most, and what it cannot show'
  static override examples = ['<%= config.bin %> loadtest profiles', '<%= config.bin %> loadtest profiles throughput']
  static override args = profileArgument

  protected async execute() {
    const { args } = await this.parse(LoadtestProfiles)
    const profiles = listProfiles(args.profile)
    return { result: { profiles }, text: loadProfilesView(profiles, { width: this.width }) }
  }
}
