import { type QueryExecutorProvider, sql } from 'kysely'
import type { Logger } from '../../../kit/logging.ts'
import { startRepeating } from '../../../kit/repeat-until.ts'
import { signedHeader } from '../signed-payload.ts'

/** Resolves with the status of the answer, rejects where there is none. */
export type SendWebhook = (webhook: { readonly body: string; readonly signature: string }) => Promise<number>

export type DeliveryParts = {
  readonly database: QueryExecutorProvider
  readonly send: SendWebhook
  readonly secret: () => Promise<string>
  readonly logger: Logger
  now(): Date
}

export type Deliveries = {
  /** Sends what is due; resolves when nothing due is left. */
  sendDue(): Promise<void>
  /** The same, and nobody waits for it. */
  wake(): void
  close(): Promise<void>
}

type DueRow = { id: number; body: string }

/** At least once: what is claimed comes back after a while unless it was answered 2xx, also where this process dies. */
export function openDeliveries({ database, send, secret, logger, now }: DeliveryParts): Deliveries {
  const running = new Set<Promise<void>>()

  async function sendOne({ id, body }: DueRow): Promise<void> {
    const signature = signedHeader({ raw: Buffer.from(body), secret: await secret(), now: now() })
    const status = await send({ body, signature }).catch((error: unknown) => {
      logger.info({ error }, 'a simulated webhook was not taken and is sent again')
      return 0
    })
    if (status < 200 || status > 299) return
    await sql`update simulated_webhooks set delivered_at = now() where id = ${id}`.execute(database)
  }

  async function sendDue(): Promise<void> {
    const due = await claim(database)
    await Promise.all(due.map(sendOne))
    if (due.length === claimedAtOnce) return sendDue()
  }

  function tracked(): Promise<void> {
    const sent = sendDue().finally(() => running.delete(sent))
    running.add(sent)
    return sent
  }

  const sweeper = startRepeating({
    task: 'sending simulated webhooks',
    everyMilliseconds: 1_000,
    logger,
    run: async () => {
      await sendDue()
      return 'wait'
    },
  })
  return {
    sendDue: tracked,
    wake() {
      // What fails here the sweeper does, and tells.
      tracked().catch(() => undefined)
    },
    async close() {
      await sweeper.stop()
      await Promise.allSettled(running)
    },
  }
}

const claimedAtOnce = 20

async function claim(database: QueryExecutorProvider): Promise<readonly DueRow[]> {
  const { rows } = await sql<DueRow>`
    update simulated_webhooks set attempts = attempts + 1,
      due_at = now() + least(2 ^ attempts, 300) * interval '2 seconds'
    where id in (
      select id from simulated_webhooks where delivered_at is null and due_at <= now()
      order by due_at limit ${sql.lit(claimedAtOnce)} for update skip locked)
    returning id, body`.execute(database)
  return rows
}
