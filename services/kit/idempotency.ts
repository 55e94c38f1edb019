import type { QueryExecutorProvider } from 'kysely'
import { z } from 'zod'
import {
  answerOf,
  type Claim,
  claimKey,
  freeKey,
  handOverKey,
  KeyInProgress,
  type KeyRow,
  type StoredAnswer,
  storeAnswer,
} from './idempotency-store.ts'
import type { Logger } from './logging.ts'
import { Problem } from './problems.ts'

export type KeyedRequest = KeyRow & { readonly logger: Logger }

export type KeyedWork = {
  /** Does it, and calls storeAnswer in the transaction that writes what it made. */
  do(claim: Claim): Promise<StoredAnswer>
  /** Takes back remote effects. Called only once the key is free, when no other request can count on them. */
  undo(): Promise<void>
}

export type GivenAnswer = StoredAnswer & { readonly replayed: boolean }

/** Thrown by work that cannot tell what a peer did: the next request with this key goes on with the same resource. */
export class UnknownEffect extends Error {
  override readonly name = 'UnknownEffect'
}

const storedStatuses = [402, 404, 409] as const

/**
 * Work that is done once for a user's key, whatever is repeated, and answered alike each time.
 * Answers 2xx, 402, 404 and 409 stay; any other failure, and one that says when to come again, frees the key. Throws
 * what the work throws, stored problems again, `idempotency/in-progress` and `idempotency/mismatch`.
 */
export async function answerOnce(
  database: QueryExecutorProvider,
  request: KeyedRequest,
  work: KeyedWork,
): Promise<GivenAnswer> {
  const claimed = await claimKey(database, request)
  if ('answer' in claimed) return replay(claimed.answer)
  try {
    return { ...(await work.do(claimed.claim)), replayed: false }
  } catch (error) {
    return { ...(await settle(error, { database, request, work, claim: claimed.claim })), replayed: false }
  }
}

type Failed = { database: QueryExecutorProvider; request: KeyedRequest; work: KeyedWork; claim: Claim }

async function settle(error: unknown, failed: Failed): Promise<StoredAnswer> {
  const { database, request, claim } = failed
  if (error instanceof KeyInProgress) throw error
  if (error instanceof UnknownEffect) {
    await handOverKey(database, claim)
    throw error.cause
  }
  if (error instanceof Problem && isForGood(error)) {
    await storeAnswer(database, claim, answerOfProblem(error))
    throw error
  }
  const outcome = await giveUp(failed).catch((cause: unknown) => {
    request.logger.warn({ error: cause }, 'idempotency key stays locked until its time is over')
    return 'unknown' as const
  })
  if (outcome === 'lost') throw new KeyInProgress()
  if (outcome === 'freed' || outcome === 'unknown') throw error
  return outcome
}

/** Whoever is told to come again gets another answer then. */
const isForGood = ({ kind, facts: { headers = {} } }: Problem): boolean =>
  storedStatuses.some((status) => status === kind.status) &&
  !Object.keys(headers).some((name) => name.toLowerCase() === 'retry-after')

/** Frees the key; or finds that the work was stored after all, though its commit was not heard of. */
async function giveUp({ database, work, claim }: Failed): Promise<StoredAnswer | 'freed' | 'lost'> {
  if (!(await freeKey(database, claim))) return (await answerOf(database, claim)) ?? 'lost'
  await work.undo()
  return 'freed'
}

/** A problem as it is kept: where and by which request it is met is told anew each time. */
const storedProblem = z.object({
  code: z.string(),
  title: z.string(),
  detail: z.string().exactOptional(),
  errors: z.array(z.looseObject({ code: z.string(), message: z.string() })).exactOptional(),
  members: z.record(z.string(), z.unknown()).exactOptional(),
})

function answerOfProblem({ kind, facts }: Problem): StoredAnswer {
  const { code, title, status } = kind
  const { detail, errors, members, headers = {} } = facts
  return { status, headers, body: JSON.stringify({ code, title, detail, errors, members }) }
}

function replay({ status, headers, body }: StoredAnswer): GivenAnswer {
  const marked = { ...headers, 'idempotency-replayed': 'true' }
  const stored = storedStatuses.find((candidate) => candidate === status)
  if (stored === undefined) return { status, headers: marked, body, replayed: true }
  const { code, title, ...facts } = storedProblem.parse(JSON.parse(body))
  throw new Problem({ code, title, status: stored }, { ...facts, headers: marked })
}
