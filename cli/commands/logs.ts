import * as Flags from '@oclif/core/flags'
import { serviceNames } from '../../services/registry.ts'
import { environmentFlag, logSourceArgument } from '../flags.ts'
import { FlowCommand } from '../flow-command.ts'
import { type LogLine, logs } from '../flows/logs.ts'
import { logLineView } from '../output/views/log-line-view.ts'

export default class Logs extends FlowCommand {
  static override summary = "The services' own lines"

  static override examples = [
    '<%= config.bin %> logs orders --env local --follow',
    '<%= config.bin %> logs orders --env local --release 42',
  ]

  static override args = { ...logSourceArgument }

  static override flags = {
    ...environmentFlag,
    follow: Flags.boolean({ char: 'f', summary: 'go on with new lines until Ctrl-C', exclusive: ['json'] }),
    release: Flags.integer({ min: 1, summary: 'the instance that served in this release' }),
    previous: Flags.boolean({ summary: 'the instance before' }),
    tail: Flags.integer({ min: 1, max: 10_000, default: 50, summary: 'how many lines to begin with' }),
    raw: Flags.boolean({ summary: 'the lines as the services wrote them' }),
  }

  protected async execute() {
    const { args, flags } = await this.parse(Logs)
    const services = args.source === undefined ? serviceNames : [args.source]
    const show = ({ service, text }: LogLine): string => {
      const line = flags.raw ? text : logLineView(text)
      return services.length === 1 ? line : `${service.padEnd(8)}${line}`
    }
    const means = await this.means(flags)
    const { follow, previous, tail: tailLines, release = null } = flags
    const signal = AbortSignal.any([this.interrupted, this.readerGone])
    const lines: LogLine[] = []
    for await (const line of logs({ services, release, previous, tailLines, follow, signal }, means)) {
      if (flags.json) lines.push(line)
      else this.print(show(line))
    }
    return { result: { lines }, text: '' }
  }
}
