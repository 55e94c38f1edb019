import * as Flags from '@oclif/core/flags'
import { environmentNames, environments } from '../../../stacks/environments.ts'
import { anyEnvironmentFlag } from '../../flags.ts'
import { renderAll } from '../../flows/observability/render.ts'
import { renderedFilesView } from '../../output/views/observability-view.ts'
import { ShopCommand } from '../../shop-command.ts'

export default class ObservabilityRender extends ShopCommand {
  static override summary = 'Write what Prometheus, Alertmanager, Grafana and the log pipeline are given; asks nobody'
  static override examples = [
    '<%= config.bin %> observability render',
    '<%= config.bin %> observability render --env prod --output reports/prod',
  ]
  static override flags = {
    env: anyEnvironmentFlag.env,
    output: Flags.string({
      helpValue: 'DIR',
      default: 'reports/observability',
      summary: 'each environment gets a folder in it',
    }),
  }

  protected async execute() {
    const { flags } = await this.parse(ObservabilityRender)
    const chosen = flags.env === undefined ? environmentNames.map((name) => environments[name]) : [flags.env]
    const result = await renderAll({ environments: chosen, folder: flags.output })
    return { result, text: renderedFilesView(result) }
  }
}
