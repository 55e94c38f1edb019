import { CLIError } from '@oclif/core/errors'
import * as Flags from '@oclif/core/flags'
import { serviceNames } from '../../../services/registry.ts'
import { environmentFlag } from '../../flags.ts'
import { FlowCommand } from '../../flow-command.ts'
import { builtImages } from '../../flows/built-images.ts'
import { renderManifests } from '../../flows/render-manifests.ts'
import { chosenFrom } from '../../usage/refused-value.ts'

const workloads = [...serviceNames, 'edge'] as const

const namedImage = (typed: string) => {
  const { name, image } = /^(?<name>[^=]*)=(?<image>\S+@sha256:[0-9a-f]{64})$/.exec(typed)?.groups ?? {}
  if (name === undefined || image === undefined) {
    throw new CLIError(`An image is written users=registry/repository@sha256:… with its digest, not "${typed}".`)
  }
  return [chosenFrom(name, { code: 'UNKNOWN_SERVICE', noun: 'service', known: workloads }), image] as const
}

export default class ManifestsRender extends FlowCommand {
  static override summary = 'Print every Kubernetes object of an environment as YAML; asks no cluster unless --built'
  static override examples = [
    '<%= config.bin %> manifests render --env staging',
    '<%= config.bin %> manifests render --env staging --built --output reports',
    '<%= config.bin %> manifests render --env dev | kubectl apply --dry-run=server -f -',
  ]
  static override flags = {
    ...environmentFlag,
    built: Flags.boolean({ summary: 'name the images that are built of the source as it is; asks the registry' }),
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
    const built = flags.built ? await builtImages(await this.means(flags)) : {}
    const images = { ...built, ...Object.fromEntries(flags.image ?? []) }
    const rendered = await renderManifests({ environment: flags.env, images, directory, variables: process.env })
    const { yaml, ...result } = rendered
    return { result, text: rendered.file === null ? yaml : `${rendered.objects.length} objects in ${rendered.file}` }
  }
}
