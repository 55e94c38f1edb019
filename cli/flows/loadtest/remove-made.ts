import type { LoggedIn } from '../../../loadtest/scenarios/shop-settings.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { FlowMeans } from '../means.ts'
import type { Say } from '../steps.ts'
import { cancelOpenOrders } from './cancel-open-orders.ts'
import type { FoundShop } from './find-shop.ts'
import { forgetNote, type MadeNote } from './run-files.ts'
import { removeShopData } from './shop-data.ts'

export type Removing = {
  readonly note: MadeNote
  /** Of its customers; none where another shopctl has made them. */
  readonly logins: readonly LoggedIn[]
  readonly shop: FoundShop
  readonly say: Say
  /** Where the note is. */
  readonly directory: string
}

/** Removes everything of a run, in the order in which it still can. Throws LOAD_DATA_LEFT (failed); the note stays then. */
export const removeMade = async (
  { note, logins, shop, say, directory }: Removing,
  { platform, abandoned: signal, environment }: Pick<FlowMeans, 'platform' | 'abandoned' | 'environment'>,
): Promise<void> => {
  const { run, accounts, password } = note
  try {
    say(`${accounts.length} customers: what they were buying is cancelled`)
    const uncancelled = await cancelOpenOrders({ ...shop, signal }, { accounts, password, logins })
    if (uncancelled > 0) throw new Error(`${uncancelled} of their orders could not be cancelled`)
    const removed = await removeShopData({ platform, release: shop.release }, { run, signal })
    say(`${removed.accounts} accounts and ${removed.products} products removed`)
    await forgetNote(directory, note)
  } catch (cause) {
    throw new ShopctlError({
      code: 'LOAD_DATA_LEFT',
      outcome: 'failed',
      what: `Not everything that load test ${run} had made in ${environment} was removed; the next one begins with it.`,
      why: cause instanceof ShopctlError ? [cause.message, ...cause.why] : [String(cause)],
      fix: [toType(`loadtest run --env ${environment} --profile smoke`)],
      cause,
    })
  }
}
