import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { EntryPoint } from '../../platforms/platform.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import type { FlowMeans } from '../means.ts'
import { readRunning } from '../read-running.ts'
import { askShop, type ShopPlace, whatCame } from './shop-account.ts'

export type FoundShop = {
  readonly release: ReleaseRecord
  readonly entry: EntryPoint
  /** Null where nothing is made, and so nobody asks what is limited. */
  readonly limitKey: string | null
}

/**
 * The shop that users are on, and that it answers. The way in stays open where the run is interrupted: what was made is
 * removed through it. Throws NOT_UP or SHOP_SILENT (refused): nothing was sent then.
 */
export const findShop = async (
  making: 'makes data' | 'only looks',
  means: Pick<FlowMeans, 'platform' | 'environment' | 'reporter' | 'interrupted' | 'abandoned'>,
): Promise<FoundShop> => {
  const { platform, environment, interrupted: signal } = means
  const { current, running } = await readRunning(means)
  if (current === null || running.serving === null) throw notUp(environment)
  const opened = await platform.openEntry?.(0, means.abandoned)
  const entry = opened ?? { url: running.entry ?? (await platform.directions()).entry, headers: {} }
  try {
    const limitKey = making === 'makes data' ? await platform.loadTestKey(signal) : null
    await requireAnswer({ entry, limitKey, signal }, environment)
    return { release: current, entry, limitKey }
  } catch (error) {
    await entry.close?.()
    throw error
  }
}

const requireAnswer = async (place: ShopPlace, environment: string): Promise<void> => {
  const asked = { method: 'GET', path: '/api/v1/products?limit=1' } as const
  const came = await askShop(place, asked)
  if (came.answer?.status === 200) return
  throw new ShopctlError({
    code: 'SHOP_SILENT',
    outcome: 'refused',
    what: `${environment} does not answer as a shop at ${place.entry.url}; no load was sent.`,
    why: [`GET ${asked.path}: ${whatCame(came)}`],
    fix: [toType(`status --env ${environment}`), toType(`smoke --env ${environment}`)],
  })
}

const notUp = (environment: string): ShopctlError =>
  new ShopctlError({
    code: 'NOT_UP',
    outcome: 'refused',
    what: `${environment} is down; no load was sent.`,
    fix: [toType(`deploy --env ${environment}`)],
  })
