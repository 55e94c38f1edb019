import { resolve } from 'node:path'
import * as Flags from '@oclif/core/flags'
import { environmentFlag } from '../../flags.ts'
import { FlowCommand } from '../../flow-command.ts'
import { type BackupRequest, refuseBackupElsewhere, verifyBackup } from '../../flows/backup-verify.ts'
import { backupView } from '../../output/views/backup-view.ts'

export default class BackupVerify extends FlowCommand {
  static override summary =
    'Restore a dump of the databases into a fresh server and compare all of it; exit 5 where something differs'
  static override examples = [
    '<%= config.bin %> backup verify --env local',
    '<%= config.bin %> backup verify --env local --keep backups/monday',
    '<%= config.bin %> backup verify --env local --from backups/monday',
  ]
  static override flags = {
    ...environmentFlag,
    keep: Flags.string({
      helpValue: 'FOLDER',
      summary: 'keep the dump in a new folder; it holds personal data and nobody else may read it',
      exclusive: ['from'],
    }),
    from: Flags.string({ helpValue: 'FOLDER', summary: 'verify a dump that was kept before instead of a new one' }),
  }

  protected async execute() {
    const { flags } = await this.parse(BackupVerify)
    refuseBackupElsewhere(flags.env)
    const means = await this.means(flags)
    const report = await verifyBackup(requestOf(flags), means)
    const outcome = report.verdict === 'verified' ? ('done' as const) : ('check-failed' as const)
    return { result: report, text: backupView(report, { width: this.width }), outcome }
  }
}

const requestOf = ({ keep, from }: { readonly keep?: string | undefined; readonly from?: string | undefined }) => {
  const request: BackupRequest =
    from === undefined
      ? { kind: 'new', keep: keep === undefined ? null : resolve(keep) }
      : { kind: 'kept', folder: resolve(from) }
  return request
}
