import { type QueryExecutorProvider, sql } from 'kysely'
import { Problem, type ProblemKind } from './problems.ts'

export const idempotencyProblems = {
  inProgress: {
    code: 'idempotency/in-progress',
    status: 409,
    title: 'The first request with this key is not done yet',
  },
  mismatch: { code: 'idempotency/mismatch', status: 422, title: 'This key was used for another request' },
} as const satisfies Record<string, ProblemKind>

export type StoredAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The right to work on a key, until its time is over and another process takes it. */
export type Claim = {
  readonly userId: string
  readonly key: string
  /** Rises with each process that takes the key: only the last one can store an answer. */
  readonly number: number
  readonly resourceId: string
}

export type KeyRow = {
  readonly userId: string
  readonly key: string
  readonly fingerprint: string
  readonly resourceId: string
}

export type Claimed = { readonly claim: Claim } | { readonly answer: StoredAnswer }

/** The key is being worked on by another request, or was taken over by one. */
export class KeyInProgress extends Problem {
  constructor() {
    super(idempotencyProblems.inProgress, { headers: { 'retry-after': '1' } })
  }
}

/** How long a process may work on a key before another one may take it over. */
const claimSeconds = 60

/** Takes the key, or says what it was answered. Inserts first: who finds the row there already did not make it. */
export async function claimKey(database: QueryExecutorProvider, row: KeyRow): Promise<Claimed> {
  const { userId, key, fingerprint } = row
  const { rows } = await sql<{ number: number; resourceId: string }>`
    insert into idempotency_keys (user_id, key, fingerprint, resource_id, locked_until)
    values (${userId}, ${key}, ${fingerprint}, ${row.resourceId}, now() + make_interval(secs => ${claimSeconds}))
    on conflict (user_id, key) do update
      set claim = idempotency_keys.claim + 1, locked_until = excluded.locked_until
      where idempotency_keys.fingerprint = excluded.fingerprint
        and idempotency_keys.answer_status is null
        and idempotency_keys.locked_until <= now()
    returning claim as number, resource_id as "resourceId"`.execute(database)
  const taken = rows[0]
  if (taken !== undefined) return { claim: { userId, key, ...taken } }

  const found = await readKey(database, row)
  if (found === undefined) throw new KeyInProgress()
  if (found.fingerprint !== fingerprint) throw new Problem(idempotencyProblems.mismatch)
  if (found.answer === undefined) throw new KeyInProgress()
  return { answer: found.answer }
}

/** In the transaction that writes what the answer tells of, so that both are there or neither is. */
export async function storeAnswer(
  transaction: QueryExecutorProvider,
  claim: Claim,
  answer: StoredAnswer,
): Promise<void> {
  const { numAffectedRows } = await sql`
    update idempotency_keys
    set answer_status = ${answer.status}, answer_headers = ${JSON.stringify(answer.headers)}, answer_body = ${answer.body}
    where user_id = ${claim.userId} and key = ${claim.key} and claim = ${claim.number} and answer_status is null`.execute(
    transaction,
  )
  if (numAffectedRows !== 1n) throw new KeyInProgress()
}

/** Forgets the key as if it had never been used. False where it is answered, or no longer ours. */
export async function freeKey(database: QueryExecutorProvider, claim: Claim): Promise<boolean> {
  const { numAffectedRows } = await sql`
    delete from idempotency_keys
    where user_id = ${claim.userId} and key = ${claim.key} and claim = ${claim.number} and answer_status is null`.execute(
    database,
  )
  return numAffectedRows === 1n
}

/** Lets the next try with this key go on at once, with the same resource id. */
export async function handOverKey(database: QueryExecutorProvider, claim: Claim): Promise<void> {
  await sql`
    update idempotency_keys set locked_until = now()
    where user_id = ${claim.userId} and key = ${claim.key} and claim = ${claim.number}`.execute(database)
}

/** Another id for what is to be made, when the remote effects under the old one are over. */
export async function renewResource(database: QueryExecutorProvider, claim: Claim, resourceId: string): Promise<Claim> {
  const { numAffectedRows } = await sql`
    update idempotency_keys set resource_id = ${resourceId}
    where user_id = ${claim.userId} and key = ${claim.key} and claim = ${claim.number} and answer_status is null`.execute(
    database,
  )
  if (numAffectedRows !== 1n) throw new KeyInProgress()
  return { ...claim, resourceId }
}

/** The answer that this very claim stored, for when the commit's outcome was not heard. */
export async function answerOf(database: QueryExecutorProvider, claim: Claim): Promise<StoredAnswer | undefined> {
  const found = await readKey(database, claim)
  return found?.number === claim.number ? found.answer : undefined
}

type FoundKey = { fingerprint: string; number: number; answer: StoredAnswer | undefined }

async function readKey(
  database: QueryExecutorProvider,
  { userId, key }: { readonly userId: string; readonly key: string },
): Promise<FoundKey | undefined> {
  const { rows } = await sql<{
    fingerprint: string
    number: number
    status: number | null
    headers: Record<string, string> | null
    body: string | null
  }>`
    select fingerprint, claim as number, answer_status as status, answer_headers as headers, answer_body as body
    from idempotency_keys where user_id = ${userId} and key = ${key}`.execute(database)
  const row = rows[0]
  if (row === undefined) return undefined
  const { fingerprint, number, status, headers, body } = row
  const answered = status !== null && headers !== null && body !== null
  return { fingerprint, number, answer: answered ? { status, headers, body } : undefined }
}
