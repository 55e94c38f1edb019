import { CLIError } from '@oclif/core/errors'
import * as Flags from '@oclif/core/flags'
import { serviceNames } from '../../../services/registry.ts'
import { environmentFlag } from '../../flags.ts'
import { renderManifests } from '../../flows/render-manifests.ts'
import { ShopCommand } from '../../shop-command.ts'
import { chosenFrom } from '../../usage/refused-value.ts'

const workloads = [...serviceNames, 'edge'] as const

const namedImage = (typed: string) => {
  const { name, image } = /^(?<name>[^=]*)=(?<image>\S+@sha256:[0-9a-f]{64})$/.exec(typed)?.groups ?? {}
  if (name === undefined || image === undefined) {
    throw new CLIError(`An image is written users=registry/repository@sha256:… with its digest, not "${typed}".`)
  }
  return [chosenFrom(name, { code: 'UNKNOWN_SERVICE', noun: 'service', known: workloads }), image] as const
}

export default class ManifestsRender extends ShopCommand {
  static override summary = 'Print every Kubernetes object of an environment as YAML; asks no cluster'
  static override examples = [
    '<%= config.bin %> manifests render --env staging',
    '<%= config.bin %> manifests render --env dev | kubectl apply --dry-run=server -f -',
  ]
  static override flags = {
    env: environmentFlag.env,
    image: Flags.custom<readonly [(typeof workloads)[number], string]>({
      multiple: true,
      helpValue: 'SERVICE=IMAGE',
      summary: 'the image of one service, by digest; where it is left out a placeholder stands for it',
      parse: async (typed) => namedImage(typed),
    })(),
    output: Flags.string({ default: '-', helpValue: 'DIR', summary: 'write DIR/<environment>.yaml; - is stdout' }),
  }

  protected async execute() {
    const { flags } = await this.parse(ManifestsRender)
    const directory = flags.output === '-' ? null : flags.output
    const images = Object.fromEntries(flags.image ?? [])
    const rendered = await renderManifests({ environment: flags.env, images, directory, variables: process.env })
    const { yaml, ...result } = rendered
    return { result, text: rendered.file === null ? yaml : `${rendered.objects.length} objects in ${rendered.file}` }
  }
}
