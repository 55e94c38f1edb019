import type { QueryExecutorProvider } from 'kysely'
import type { Logger } from '../../kit/logging.ts'
import { startRepeating } from '../../kit/repeat-until.ts'
import type { MailedTokens } from '../mailed-token.ts'
import { composeMail } from './compose-mail.ts'
import { createMailBreaker, type MailBreaker } from './mail-breaker.ts'
import { type ClaimedMail, claimMails, settleMail } from './mail-queue.ts'
import type { Delivery, MailTransport } from './mail-transport.ts'
import { mailVerdict } from './mail-verdict.ts'

export type MailerParts = {
  readonly database: QueryExecutorProvider
  readonly transport: MailTransport
  readonly tokens: MailedTokens
  /** PUBLIC_BASE_URL: no link is ever made of what a request says. */
  readonly shop: string
  readonly logger: Logger
  /** How long a running sending may go on after drain(). */
  readonly sendingMilliseconds?: number
  now(): Date
}

export type Mailer = {
  /** Rejects while the server is gone. */
  check(): Promise<void>
  /** Takes no more mails. The ones that are being sent have 5 s from now on; then they are given back. */
  drain(): void
  /** Resolves when each mail is sent or given back. */
  close(): Promise<void>
  readonly endMilliseconds: number
}

const pollMilliseconds = 1_000
const mailsAtOnce = 5
/** As long as a deployed process answers after it was asked to stop, and nearly always enough. */
const sendingMilliseconds = 5_000
/** To hear of an interruption and write it down. */
const settlingMilliseconds = 1_000

/** Sends what is pending, until it is closed. Any number of processes may: a mail is claimed by one. */
export function startMailer(parts: MailerParts): Mailer {
  const breaker = createMailBreaker()
  const interruption = new AbortController()
  const sending = { ...parts, breaker, signal: interruption.signal }
  const { sendingMilliseconds: most = sendingMilliseconds } = parts
  let ended: Promise<void> | undefined
  const loop = startRepeating({
    task: 'looking for mails',
    everyMilliseconds: pollMilliseconds,
    logger: parts.logger,
    run: async () => ((await sendDue(sending)) < mailsAtOnce ? 'wait' : 'again'),
  })
  const drain = () => {
    if (ended !== undefined) return
    const timer = setTimeout(() => interruption.abort(), most)
    ended = loop.stop().finally(() => clearTimeout(timer))
  }
  return {
    async check() {
      if (breaker.isOpen()) throw new Error('the mail server is gone')
    },
    drain,
    async close() {
      drain()
      await ended
    },
    endMilliseconds: most + settlingMilliseconds,
  }
}

type Sending = MailerParts & { readonly breaker: MailBreaker; readonly signal: AbortSignal }

/** How many were tried. */
async function sendDue(sending: Sending): Promise<number> {
  const allowed = sending.breaker.allowed(sending.now())
  if (allowed === 'none') return 0
  const mails = await claimMails(sending.database, allowed === 'one' ? 1 : mailsAtOnce)
  const unsettled = (error: unknown) => sending.logger.warn({ error }, 'how a mail went cannot be written down')
  await Promise.all(mails.map((mail) => sendOne(mail, sending).catch(unsettled)))
  return mails.length
}

async function sendOne(mail: ClaimedMail, sending: Sending): Promise<void> {
  const composed = composeMail(mail, sending)
  const delivery: Delivery =
    'failure' in composed
      ? { kind: 'refused', reason: composed.failure }
      : await sending.transport.send(composed.message, sending.signal)
  if (delivery.kind === 'unreachable') sending.breaker.missed(sending.now())
  else if (delivery.kind !== 'interrupted' && !('failure' in composed)) sending.breaker.answered()

  const verdict = mailVerdict(delivery, mail, Math.random())
  await settleMail(sending.database, mail, verdict)
  const about = {
    notification_id: mail.id,
    user_id: mail.recipientId,
    template: mail.template,
    attempts: mail.attempts,
    ...(mail.requestId === null ? {} : { request_id: mail.requestId }),
  }
  const link = 'link' in composed && composed.link !== null ? `: ${composed.link}` : ''
  if (verdict.state === 'sent') return sending.logger.info(about, `mail ${mail.template} sent${link}`)
  if (verdict.state === 'failed') {
    return sending.logger.warn(
      { ...about, reason: verdict.reason },
      `mail ${mail.template} not sent: ${verdict.reason}`,
    )
  }
  const seconds = Math.round(verdict.delaySeconds)
  const reason = verdict.reason
  return sending.logger.warn({ ...about, reason }, `mail ${mail.template} waits ${seconds} s: ${reason}`)
}
