import type { QueryExecutorProvider } from 'kysely'
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
import { Problem, type ProblemPlace, problemContentType, renderProblem } from './problems.ts'

export type KeyedRequest = KeyRow & { readonly place: ProblemPlace; readonly logger: Logger }

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

const storedStatuses: readonly number[] = [402, 404, 409]

/**
 * Work that is done once for a user's key, whatever is repeated, and answered alike each time.
 * Answers 2xx, 402, 404 and 409 stay, any other failure frees the key. Throws what the work throws,
 * `idempotency/in-progress` and `idempotency/mismatch`.
 */
export async function answerOnce(
  database: QueryExecutorProvider,
  request: KeyedRequest,
  work: KeyedWork,
): Promise<GivenAnswer> {
  const claimed = await claimKey(database, request)
  if ('answer' in claimed) return { ...claimed.answer, replayed: true }
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
  if (error instanceof Problem && storedStatuses.includes(error.kind.status)) {
    const answer = {
      status: error.kind.status,
      headers: { 'content-type': problemContentType, ...error.facts.headers },
      body: renderProblem(error, request.place),
    }
    await storeAnswer(database, claim, answer)
    return answer
  }
  const stored = await giveUp(failed).catch((cause: unknown) => {
    request.logger.warn({ error: cause }, 'idempotency key stays locked until its time is over')
  })
  if (stored) return stored
  throw error
}

/** Frees the key; or finds that the work was stored after all, though its commit was not heard of. */
async function giveUp({ database, work, claim }: Failed): Promise<StoredAnswer | undefined> {
  if (!(await freeKey(database, claim))) return answerOf(database, claim)
  await work.undo()
  return undefined
}

/** The answer as it goes out. A stored problem tells the id of the request at hand. */
export function renderAnswer(answer: GivenAnswer, requestId: string): Response {
  const problem = answer.headers['content-type'] === problemContentType
  const body = problem ? JSON.stringify({ ...JSON.parse(answer.body), request_id: requestId }) : answer.body
  const replayed = answer.replayed ? { 'idempotency-replayed': 'true' } : {}
  return new Response(body, { status: answer.status, headers: { ...answer.headers, ...replayed } })
}
