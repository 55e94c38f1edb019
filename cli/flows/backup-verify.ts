import type { EnvironmentFacts } from '../../stacks/environments.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { BackupDrill, BackupReport } from '../platforms/backup-drill.ts'
import type { ReleaseRecord } from '../releases/release.ts'
import type { FlowMeans } from './means.ts'
import { readSituation } from './situation.ts'
import { beginFlow } from './steps.ts'

export type BackupRequest =
  /** Of what runs now, kept in a folder or not at all. */
  | { readonly kind: 'new'; readonly keep: string | null }
  /** One that was kept before. */
  | { readonly kind: 'kept'; readonly folder: string }

/** Dumps, restores into a fresh server and compares. The shop is read and not changed. */
export const verifyBackup = async (request: BackupRequest, means: FlowMeans): Promise<BackupReport> => {
  const { platform, environment, interrupted: signal } = means
  if (platform.openBackupDrill === undefined) throw backedUpElsewhere(environment)
  const { records, current } = await readSituation(means)
  const release = request.kind === 'new' ? await runningRelease(current, means) : null
  const steps = beginFlow('backup verify', means)
  const drill = await platform.openBackupDrill()
  try {
    await steps.run('dump', (say) => provideDump(drill, { request, release, work: { say, signal } }))
    await steps.run('restore', (say) => drill.restore(records, { say, signal }))
    return await steps.run('compare', async () => drill.report())
  } finally {
    await drill.close()
  }
}

type Providing = {
  readonly request: BackupRequest
  readonly release: ReleaseRecord | null
  readonly work: Parameters<BackupDrill['dump']>[2]
}

const provideDump = async (drill: BackupDrill, { request, release, work }: Providing): Promise<void> => {
  if (request.kind === 'kept') return drill.open(request.folder)
  if (release !== null) await drill.dump(release, { keep: request.keep }, work)
}

/** Without it nobody knows which migrations made what is dumped, and mostly there is no database that answers. */
const runningRelease = async (
  current: ReleaseRecord | null,
  { platform, environment }: FlowMeans,
): Promise<ReleaseRecord> => {
  if (current !== null && (await platform.running()).serving !== null) return current
  throw new ShopctlError({
    code: current === null ? 'NOTHING_DEPLOYED' : 'NOT_UP',
    outcome: 'refused',
    what:
      current === null
        ? `Nothing is deployed to ${environment}; there is nothing to back up.`
        : `${environment} is down; its databases cannot be read. Nothing was changed.`,
    fix: [toType(`deploy --env ${environment}`)],
  })
}

/** Before anybody is asked who is signed in: an environment on AWS has nothing to dump, whoever asks. */
export const refuseBackupElsewhere = ({ name, platform }: Pick<EnvironmentFacts, 'name' | 'platform'>): void => {
  if (platform !== 'local') throw backedUpElsewhere(name)
}

const backedUpElsewhere = (environment: string): ShopctlError =>
  new ShopctlError({
    code: 'BACKUP_LOCAL_ONLY',
    outcome: 'refused',
    what: `The databases of ${environment} are not dumped by shopctl; nothing was changed.`,
    why: ['RDS keeps their backups and their log; stacks/RESTORE.md is how they are restored and checked'],
    fix: [toType('backup verify --env local')],
  })
