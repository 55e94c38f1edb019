import { z } from 'zod'
import { type HttpAnswer, httpClient } from '../http-exchange.ts'
import type { Delivery } from '../notifications/delivery.ts'
import { parseJson } from '../parse-json.ts'
import type { SmsTransport } from './sms-transport.ts'

export type SmsGateway = {
  readonly url: string
  readonly token: string
  /** From the first step to the last. */
  readonly wholeMilliseconds?: number
}

const connectMilliseconds = 2_000
const answerBytes = 65_536

/**
 * A gateway over HTTP: POST of `{ to, text }` with a bearer token. The id of the notification goes along as
 * Idempotency-Key, by which the gateway knows a second sending. Most gateways need a few lines in front that speak this.
 */
export function httpSms({ url, token, wholeMilliseconds = 10_000 }: SmsGateway): SmsTransport {
  const client = httpClient()
  return {
    async send({ id, to, text }, stop) {
      const body = JSON.stringify({ to, text })
      const request = {
        method: 'POST',
        url: new URL(url),
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(body)),
          'idempotency-key': id,
        },
        body,
      }
      const signal = AbortSignal.any([AbortSignal.timeout(wholeMilliseconds), stop])
      return client.exchange(request, { connectMilliseconds, answerBytes, signal }).then(
        (answer) => smsDelivery(answer, id),
        () =>
          stop.aborted
            ? { kind: 'interrupted', reason: 'this process ends' }
            : { kind: 'unreachable', reason: 'no answer of the gateway' },
      )
    },
  }
}

const accepted = z.object({ id: z.string().min(1).max(300) })
/** What is about this text or number; the others mean the gateway or our access to it. */
const refusals: ReadonlySet<number> = new Set([400, 410, 413, 422])

/** `id`: the notification's, where the gateway has none of its own to tell. */
export function smsDelivery({ status, text }: Pick<HttpAnswer, 'status' | 'text'>, id: string): Delivery {
  if (status >= 200 && status < 300) {
    const answer = accepted.safeParse(parseJson(text))
    return { kind: 'sent', reference: answer.success ? answer.data.id : id }
  }
  const reason = `${status} of the gateway`
  return refusals.has(status) ? { kind: 'refused', reason } : { kind: 'postponed', reason }
}
