import { z } from 'zod'
import type { Profile } from '../../../loadtest/engine/profile/profile.ts'
import { peakArrivalsPerSecond } from '../../../loadtest/engine/schedule/arrivals.ts'
import { peakUsers } from '../../../loadtest/engine/schedule/population.ts'
import type { RunData } from '../../../loadtest/scenarios/shop-settings.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import type { FlowMeans } from '../means.ts'
import type { RunWord } from './run-word.ts'

export type DataPlace = Pick<FlowMeans, 'platform'> & { readonly release: ReleaseRecord }

const accountsAnswer = z.object({ accounts: z.array(z.string()).min(1) })
const productsAnswer = z.object({ products: z.array(z.object({ id: z.string(), name: z.string() })).min(1) })
const removedAnswer = z.object({ removed: z.int(), more: z.boolean() })

/** More would only take time: what several customers share is their account, not their connection. */
const mostAccounts = 200
const products = 50

export const accountsFor = (profile: Profile): number =>
  Math.min(mostAccounts, Math.ceil(profile.model === 'closed' ? peakUsers(profile) : peakArrivalsPerSecond(profile)))

type Making = { readonly run: string; readonly word: RunWord; readonly accounts: number; readonly signal: AbortSignal }

/** Who can log in, and what they can buy. */
export type MadeData = { readonly accounts: readonly string[]; readonly products: RunData['products'] }

/** Customers, and products of their own for them to buy: made by the services' own programs. */
export const makeShopData = async (place: DataPlace, { run, word, accounts, signal }: Making): Promise<MadeData> => {
  const customers = ['make', '--run', run, '--count', String(accounts), '--password-hash', word.hash]
  const [made, stocked] = await Promise.all([
    ask(place, { service: 'users', words: customers, signal }),
    ask(place, { service: 'catalog', words: ['make', '--run', run, '--count', String(products)], signal }),
  ])
  return { ...accountsAnswer.parse(made), ...productsAnswer.parse(stocked) }
}

export type RemovedData = { readonly accounts: number; readonly products: number }

/** All accounts of the run, also those that its customers have registered; and its products with what was said of them. */
export const removeShopData = async (
  place: DataPlace,
  { run, signal }: { readonly run: string; readonly signal: AbortSignal },
): Promise<RemovedData> => {
  const remove = async (service: 'users' | 'catalog') =>
    removedAnswer.parse(await ask(place, { service, words: ['remove', '--run', run], signal }))
  const removeAccounts = async (): Promise<number> => {
    const { removed, more } = await remove('users')
    return more ? removed + (await removeAccounts()) : removed
  }
  const [accounts, catalog] = await Promise.all([removeAccounts(), remove('catalog')])
  return { accounts, products: catalog.removed }
}

type Question = {
  readonly service: 'users' | 'catalog'
  readonly words: readonly string[]
  readonly signal: AbortSignal
}

const ask = ({ platform, release }: DataPlace, { service, words, signal }: Question): Promise<unknown> =>
  platform.askService({ service, release, words: ['load-data', ...words] }, signal)
