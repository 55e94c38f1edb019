import { z } from 'zod'
import { type ScriptedServer, scriptedServer } from '../../../kit/testing/scripted-server.ts'

export type ReceivedSms = { readonly key: string; readonly to: string; readonly text: string }

export type SmsGateway = ScriptedServer & {
  /** Every call that it took, also one whose key it knew. */
  readonly received: readonly ReceivedSms[]
  /** What reached a telephone: once for each key. */
  delivered(): readonly ReceivedSms[]
  /** `hang` takes calls and says nothing. */
  be(mood: 'well' | 'hang' | { readonly status: number }): void
}

export const gatewayToken = 'the token of the gateway of these tests'

/** A gateway that speaks what kit/sms/http-sms.ts says. */
export async function smsGateway(): Promise<SmsGateway> {
  const server = await scriptedServer()
  const received: ReceivedSms[] = []
  let mood: Parameters<SmsGateway['be']>[0] = 'well'
  server.script(({ method, path, headers, body }) => {
    const call = callSchema.safeParse({ method, path, authorization: headers.authorization, body })
    const key = z.uuid().safeParse(headers['idempotency-key'])
    if (!call.success || !key.success) return undefined
    if (mood === 'hang') return 'hang'
    if (mood !== 'well') return { status: mood.status, json: {} }
    received.push({ key: key.data, ...call.data.body })
    return { status: 202, json: { id: `sms-${key.data}` } }
  })
  return {
    ...server,
    received,
    delivered: () => received.filter(({ key }, index) => received.findIndex((sms) => sms.key === key) === index),
    be(next) {
      mood = next
    },
  }
}

const callSchema = z.object({
  method: z.literal('POST'),
  path: z.literal('/messages'),
  authorization: z.literal(`Bearer ${gatewayToken}`),
  body: z.strictObject({ to: z.string(), text: z.string() }),
})
