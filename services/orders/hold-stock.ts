import type { QueryExecutorProvider } from 'kysely'
import { UnknownEffect } from '../kit/idempotency.ts'
import { type Claim, renewResource } from '../kit/idempotency-store.ts'
import type { Logger } from '../kit/logging.ts'
import { PeerUnavailable } from '../kit/peer.ts'
import { Problem, problems } from '../kit/problems.ts'
import type { Catalog, CatalogCaller, ReserveOutcome } from './catalog-client.ts'
import type { OrderDraft } from './order-contract.ts'
import { type Line, unknownProducts } from './price-order.ts'
import { orderProblems } from './problems.ts'

export type Hold = {
  /** The key's claim, whose resource id is the order's. */
  readonly claim: Claim
  readonly reservation: { readonly id: string; readonly reference: string }
}

export type StockParts = { readonly database: QueryExecutorProvider; readonly catalog: Catalog; newId(): string }

export type StockWanted = {
  readonly claim: Claim
  readonly items: OrderDraft['items']
  readonly lines: readonly Line[]
  readonly caller: CatalogCaller
}

/** The catalog wants a user's references to begin with the user's id. */
const referenceOf = ({ userId, resourceId }: Claim): string => `${userId}:order:${resourceId}`

/** Where an earlier try with this key may have held stock: the reference it held it under. */
export function earlierReference(claim: Claim): string | undefined {
  return claim.number > 1 ? referenceOf(claim) : undefined
}

/** For `.catch()` of what comes before the hold: a key forgotten now would leave an earlier try's hold to nobody. */
export function keepEarlierHold(claim: Claim): (error: unknown) => never {
  return (error) => {
    const kept = error instanceof PeerUnavailable && earlierReference(claim) !== undefined
    throw kept ? new UnknownEffect('stock may be held by an earlier try', { cause: error }) : error
  }
}

/** Holds all lines for the order of this claim. Where an earlier try's hold has ended, for an order with a new id. */
export async function holdStock(parts: StockParts, wanted: StockWanted): Promise<Hold> {
  const first = await reserve(parts.catalog, wanted)
  if (first !== 'over') return first
  const claim = await renewResource(parts.database, wanted.claim, parts.newId())
  const second = await reserve(parts.catalog, { ...wanted, claim })
  if (second !== 'over') return second
  throw new Problem(problems.unavailable, { detail: 'The stock is not held', headers: { 'retry-after': '1' } })
}

async function reserve(catalog: Catalog, { claim, items, lines, caller }: StockWanted): Promise<Hold | 'over'> {
  const reference = referenceOf(claim)
  const outcome = await catalog.reserve({ reference, lines }, caller).catch((error: unknown) => {
    if (error instanceof PeerUnavailable && error.mayHaveActed) {
      throw new UnknownEffect('stock may be held', { cause: error })
    }
    return keepEarlierHold(claim)(error)
  })
  if (outcome.kind === 'held') return { claim, reservation: { id: outcome.reservationId, reference } }
  if (outcome.kind === 'over') return 'over'
  throw refusal(outcome, items)
}

type Refusal = Exclude<ReserveOutcome, { kind: 'held' | 'over' }>

function refusal(outcome: Refusal, items: OrderDraft['items']): Problem {
  if (outcome.kind === 'unknown-products') return unknownProducts(items, outcome.productIds)
  if (outcome.kind === 'limited') return new Problem(orderProblems.holdLimit, { headers: { 'retry-after': '60' } })
  const errors = outcome.lines.map((line) => ({
    pointer: `/items/${items.findIndex(({ product_id }) => product_id === line.product_id)}/quantity`,
    code: 'insufficient',
    message: `${line.available} available`,
    ...line,
  }))
  return new Problem(orderProblems.insufficientStock, { errors })
}

export type ReleaseCaller = Omit<CatalogCaller, 'signal'> & { readonly logger: Logger }

/** Gives the stock back. Where that cannot be said to the catalog the hold ends by its own time. */
export async function releaseHold(catalog: Catalog, reference: string, caller: ReleaseCaller): Promise<void> {
  const { forwarded } = caller
  await catalog.release(reference, { forwarded }).catch((error: unknown) => {
    caller.logger.warn({ error, reference }, 'stock stays held until its time is over')
  })
}
