import type { QueryExecutorProvider } from 'kysely'
import type { Ending } from '../end-together.ts'
import { failpoint } from '../failpoints.ts'
import type { Logger } from '../logging.ts'
import { repeatUntilDrained } from '../repeat-until-drained.ts'
import type { Delivery, Transport } from './delivery.ts'
import { deliveryVerdict } from './delivery-verdict.ts'
import {
  type ClaimedNotification,
  claimNotifications,
  type NotificationKind,
  settleNotification,
} from './notification-queue.ts'
import { createProviderBreaker, type ProviderBreaker } from './provider-breaker.ts'

export type Composed<Message> =
  /** `remark` is for the line in the log. */
  | { readonly message: Message; readonly remark?: string | undefined }
  /** Where there is nothing to hand over. */
  | { readonly outcome: Exclude<Delivery, { kind: 'sent' | 'unreachable' }> }

export type SenderParts<Message> = NotificationKind & {
  readonly database: QueryExecutorProvider
  readonly transport: Transport<Message>
  readonly logger: Logger
  /** How often it is looked for what is due. */
  readonly everyMilliseconds?: number
  /** How long a running sending may go on after drain(). */
  readonly sendingMilliseconds?: number
  /** Looks up now what the notification only points to. Where it rejects, it is tried again later. */
  compose(notification: ClaimedNotification, signal: AbortSignal): Promise<Composed<Message>>
  now(): Date
}

export type NotificationSender = Required<Ending> & {
  /** Rejects while the provider is gone. */
  check(): Promise<void>
  /** Takes no more. What is being sent has 5 s from now on; then it is given back. */
  drain(): void
  /** Resolves when each is sent or given back. */
  close(): Promise<void>
}

const atOnce = 5
/** As long as a deployed process answers after it was asked to stop, and nearly always enough. */
const sendingMilliseconds = 5_000

/** Sends what is pending, until it is closed. Any number of processes may: a notification is claimed by one. */
export function startNotificationSender<Message>(parts: SenderParts<Message>): NotificationSender {
  const breaker = createProviderBreaker()
  const { channel, everyMilliseconds = 1_000, sendingMilliseconds: most = sendingMilliseconds } = parts
  const { drain, close, endMilliseconds } = repeatUntilDrained({
    task: `looking for ${channel} to send`,
    everyMilliseconds,
    finishMilliseconds: most,
    logger: parts.logger,
    run: async (signal) => ((await sendDue({ ...parts, breaker, signal })) < atOnce ? 'wait' : 'again'),
  })
  return {
    async check() {
      if (breaker.isOpen()) throw new Error(`the ${channel} provider is gone`)
    },
    drain,
    close,
    endMilliseconds,
  }
}

type Sending<Message> = SenderParts<Message> & { readonly breaker: ProviderBreaker; readonly signal: AbortSignal }

/** How many were tried. */
async function sendDue<Message>(sending: Sending<Message>): Promise<number> {
  const { database, channel, templates, breaker, logger } = sending
  const allowed = breaker.allowed(sending.now())
  if (allowed === 'none') return 0
  const due = await claimNotifications(database, { channel, templates, count: allowed === 'one' ? 1 : atOnce })
  const unsettled = (error: unknown) => logger.warn({ error }, `how a ${channel} went cannot be written down`)
  await Promise.all(due.map((notification) => sendOne(notification, sending).catch(unsettled)))
  return due.length
}

async function sendOne<Message>(notification: ClaimedNotification, sending: Sending<Message>): Promise<void> {
  const { database, channel, personalColumns, logger } = sending
  const { delivery, remark } = await deliver(notification, sending)
  const verdict = deliveryVerdict(delivery, notification, Math.random())
  await settleNotification(database, { notification, verdict, personalColumns })

  const what = `${channel} ${notification.template}`
  const about = aboutOf(notification)
  if (delivery.kind === 'unneeded') return logger.info(about, `${what} not needed: ${delivery.reason}`)
  if (verdict.state === 'sent') return logger.info(about, `${what} sent${remark}`)
  const { reason } = verdict
  if (verdict.state === 'failed') return logger.warn({ ...about, reason }, `${what} not sent: ${reason}`)
  return logger.warn({ ...about, reason }, `${what} waits ${Math.round(verdict.delaySeconds)} s: ${reason}`)
}

type Delivered = { readonly delivery: Delivery; readonly remark: string }

async function deliver<Message>(notification: ClaimedNotification, sending: Sending<Message>): Promise<Delivered> {
  const { channel, breaker, transport, signal, logger, now } = sending
  const composed = await sending.compose(notification, signal).catch((error: unknown) => {
    logger.warn({ error, ...aboutOf(notification) }, `${channel} ${notification.template} cannot be composed`)
    return { outcome: { kind: 'postponed', reason: 'cannot be composed' } } as const
  })
  if ('outcome' in composed) return { delivery: composed.outcome, remark: '' }
  const delivery = await transport.send(composed.message, signal)
  await failpoint('notifications.send.after_handover')
  if (delivery.kind === 'unreachable') breaker.missed(now())
  else if (delivery.kind !== 'interrupted') breaker.answered()
  return { delivery, remark: composed.remark === undefined ? '' : `: ${composed.remark}` }
}

function aboutOf({ id, recipientId, template, attempts, requestId }: ClaimedNotification) {
  return {
    notification_id: id,
    user_id: recipientId,
    template,
    attempts,
    ...(requestId === null ? {} : { request_id: requestId }),
  }
}
