import { setTimeout as pause } from 'node:timers/promises'
import { ShopctlError } from '../errors/shopctl-error.ts'
import type { SlackMessage } from './render-slack.ts'

export type SlackRequest = {
  /** The address of an incoming webhook: whoever has it can write there, so it is told nowhere. */
  readonly url: URL
  readonly message: SlackMessage
  readonly signal: AbortSignal
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>
}

const tries = 3
const answerMilliseconds = 10_000
const mostWaitSeconds = 30
const firstWaitSeconds = 1

const sleep = async (milliseconds: number, signal: AbortSignal): Promise<void> => {
  await pause(milliseconds, undefined, { signal }).catch(() => signal.throwIfAborted())
}

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks: 200 with `ok`, or a word that says why not. */
export async function sendSlack(request: SlackRequest): Promise<void> {
  const { signal, wait = sleep } = request
  for (let attempt = 1; ; attempt += 1) {
    const answer = await postOnce(request)
    if (answer.kind === 'sent') return
    if (answer.kind === 'refused') throw refused(answer.why)
    if (attempt === tries) throw unsent(answer.why)
    await wait(Math.min(answer.againSeconds ?? firstWaitSeconds * 2 ** (attempt - 1), mostWaitSeconds) * 1_000, signal)
  }
}

type Answer =
  | { readonly kind: 'sent' }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'later'; readonly why: string; readonly againSeconds: number | null }

async function postOnce({ url, message, signal }: SlackRequest): Promise<Answer> {
  const limit = AbortSignal.timeout(answerMilliseconds)
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(message),
      redirect: 'error',
      signal: AbortSignal.any([signal, limit]),
    })
    const word = (await response.text()).slice(0, 200).trim()
    const why = `answered ${response.status}${word === '' ? '' : ` (${word})`}`
    if (response.ok) return { kind: 'sent' }
    if (response.status !== 429 && response.status < 500) return { kind: 'refused', why }
    const seconds = Number(response.headers.get('retry-after'))
    return { kind: 'later', why, againSeconds: Number.isFinite(seconds) && seconds > 0 ? seconds : null }
  } catch (error) {
    signal.throwIfAborted()
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    return { kind: 'later', why: limit.aborted ? 'no answer within 10 s' : cause, againSeconds: null }
  }
}

const refused = (why: string): ShopctlError =>
  new ShopctlError({
    code: 'SLACK_REFUSED',
    outcome: 'refused',
    what: 'Slack does not take the message; nobody was told.',
    why: [`Slack ${why}`, 'the address is in SLACK_WEBHOOK_URL'],
  })

const unsent = (why: string): ShopctlError =>
  new ShopctlError({
    code: 'SLACK_UNREACHABLE',
    outcome: 'unknown',
    what: `Slack did not take the message in ${tries} tries; whether somebody was told is not known.`,
    why: [why],
  })
