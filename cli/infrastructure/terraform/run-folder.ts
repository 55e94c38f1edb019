import { copyFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hasErrorCode } from '../../errors/has-error-code.ts'
import { quoteWord } from '../../errors/quote-word.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { createDirectory } from '../../platforms/create-directory.ts'
import { whenNotWritable } from '../../platforms/state-not-writable.ts'
import { placeFlags } from './place-flags.ts'
import { removeOldFiles } from './remove-old-files.ts'

export type WriteStack = (folder: string) => Promise<void>

export type RunFolder = {
  readonly folder: string
  readonly stack: string
  readonly environment: string
  /** Writes `cdk.tf.json`. */
  readonly write: WriteStack
  /** The committed `.terraform.lock.hcl`. */
  readonly providerLock: string
  readonly state: StateSource
  readonly now: Date
}

/** `s3`: the stack's own. `empty`: none, on this disk, with a provider that asks nobody: for a plan without an account. */
export type StateSource = 's3' | 'empty'

/** Where Terraform leaves a state that it could not write to the bucket: the only record of what was made. */
export const unsavedState = 'errored.tfstate'
const emptyState = 'empty.tfstate'
const logHours = 7 * 24

/**
 * All that Terraform would read besides what is written here: a left-over override would plan against another state.
 * Not the JSON itself: it is replaced in one step, so that another run in this folder never finds it gone.
 */
const isLeftOver = (name: string): boolean =>
  /\.tf$|\.tf\.json$|\.tfvars$|\.tfvars\.json$/.test(name) && name !== 'cdk.tf.json'

/** `skip_requesting_account_id` contradicts `allowed_account_ids`, which therefore is emptied. */
const askNobody = {
  terraform: { backend: { local: { path: emptyState } } },
  provider: {
    aws: [
      {
        skip_credentials_validation: true,
        skip_requesting_account_id: true,
        skip_metadata_api_check: 'true',
        allowed_account_ids: [],
        access_key: 'offline',
        secret_key: 'offline',
      },
    ],
  },
}

export const stateNotSaved = ({ folder, stack, environment }: Pick<RunFolder, 'folder' | 'stack' | 'environment'>) => {
  const push = `terraform -chdir=${quoteWord(folder)} state push ${unsavedState}`
  return new ShopctlError({
    code: 'STATE_NOT_SAVED',
    outcome: 'failed',
    what: `The state of ${stack} is only on this disk: the bucket did not take it after the last change.`,
    why: [join(folder, unsavedState), 'nothing else knows what that change made'],
    fix: [
      push,
      `rm ${quoteWord(join(folder, unsavedState))}`,
      toType(`infra plan ${placeFlags({ environment, stack })}`),
    ],
  })
}

export const hasUnsavedState = async (folder: string): Promise<boolean> =>
  (await stat(join(folder, unsavedState)).catch(() => null)) !== null

const replaceFile = async (from: string, to: string): Promise<void> => {
  const beside = `${to}.${process.pid}`
  await copyFile(from, beside)
  await rename(beside, to)
}

/**
 * Providers are links into the plugin cache. Where somebody emptied that, init takes a link that leads nowhere for an
 * installed provider, and the plan after it cannot read it.
 */
const removeDanglingProviders = async (folder: string): Promise<void> => {
  const providers = join(folder, '.terraform', 'providers')
  const entries = await readdir(providers, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (hasErrorCode(error, 'ENOENT')) return []
    throw error
  })
  for (const link of entries.filter((entry) => entry.isSymbolicLink())) {
    const path = join(link.parentPath, link.name)
    const leadsSomewhere = await stat(path).then(
      () => true,
      () => false,
    )
    if (!leadsSomewhere) await rm(path, { force: true })
  }
}

const fillRunFolder = async (run: RunFolder): Promise<void> => {
  const { folder, write, providerLock, state, now } = run
  await createDirectory(folder, 'private')
  if (await hasUnsavedState(folder)) throw stateNotSaved(run)
  for (const name of await readdir(folder)) {
    if (isLeftOver(name) || name.startsWith(emptyState)) await rm(join(folder, name), { force: true })
  }
  // A workspace that somebody selected here is another state under another key.
  await rm(join(folder, '.terraform', 'environment'), { force: true })
  await removeDanglingProviders(folder)
  await write(folder)
  if (state === 'empty') await writeFile(join(folder, 'empty_override.tf.json'), JSON.stringify(askNobody))
  await replaceFile(providerLock, join(folder, '.terraform.lock.hcl'))
  await removeOldFiles(join(folder, 'logs'), { olderThanHours: logHours, now })
}

/**
 * A folder that holds what was synthesised now, the committed provider lock, and nothing else that Terraform reads.
 * Throws STATE_NOT_WRITABLE (refused).
 */
export const prepareRunFolder = async (run: RunFolder): Promise<void> => {
  try {
    await fillRunFolder(run)
  } catch (error) {
    throw whenNotWritable(error, run.folder)
  }
}
