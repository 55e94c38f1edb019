import { z } from 'zod'
import { parseJson } from '../../../kit/parse-json.ts'
import type { Operation, ProviderHttp } from '../provider-http.ts'
import { type PayPalRefusal, refusalSchema } from './paypal-objects.ts'

export type PayPalAccount = { readonly apiBase: string; readonly clientId: string; readonly clientSecret: string }

export type PayPalCall<Answer> = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: unknown
  /** PayPal knows by it what it has done already. At most 108 characters. */
  readonly requestId?: string
  readonly moves?: 'money'
  readonly answer: z.ZodType<Answer>
}

export type PayPalReply<Answer> =
  | { readonly answer: Answer }
  | { readonly refusal: PayPalRefusal & { readonly status: number } }

export type PayPalAsk = <Answer>(call: PayPalCall<Answer>) => Promise<PayPalReply<Answer>>

export type PayPalApi = { begin(signal: AbortSignal): { readonly ask: PayPalAsk; readonly operation: Operation } }

const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.int().positive() })

/** Renewed this much before its end, so that none runs out on the way. */
const earlySeconds = 60

export function payPalApi({ apiBase, clientId, clientSecret }: PayPalAccount, http: ProviderHttp): PayPalApi {
  let token: { readonly value: string; readonly until: number } | undefined

  async function currentToken(operation: Operation): Promise<string> {
    if (token !== undefined && token.until > performance.now()) return token.value
    const answer = await operation.exchange({
      method: 'POST',
      url: new URL(`${apiBase}/v1/oauth2/token`),
      headers: {
        authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
      moves: 'nothing',
    })
    const parsed = tokenSchema.safeParse(parseJson(answer.text))
    if (!parsed.success) throw operation.unplanned({ status: answer.status, reason: 'no token' })
    const lifeSeconds = Math.max(parsed.data.expires_in - earlySeconds, 1)
    token = { value: parsed.data.access_token, until: performance.now() + lifeSeconds * 1_000 }
    return token.value
  }

  return {
    begin(signal) {
      const operation = http.begin(signal)
      const ask: PayPalAsk = async (call) => {
        const send = async () => operation.exchange(requestOf(call, { apiBase, token: await currentToken(operation) }))
        let answer = await send()
        if (answer.status === 401) {
          // Withdrawn before its time.
          token = undefined
          answer = await send()
        }
        const { status } = answer
        const body = parseJson(answer.text)
        if (status >= 400) {
          const refusal = refusalSchema.safeParse(body)
          // 401 and 403 are about our account, which no customer can help.
          if (status > 400 && status < 404) throw operation.unplanned({ status, reason: 'not allowed' })
          if (!refusal.success) throw operation.unplanned({ status, reason: 'no reason' })
          return { refusal: { ...refusal.data, status } }
        }
        const parsed = call.answer.safeParse(body)
        if (parsed.success) return { answer: parsed.data }
        const [issue] = parsed.error.issues
        throw operation.unplanned({ status, reason: `${issue?.path.join('.')} ${issue?.message}` })
      }
      return { ask, operation }
    },
  }
}

function requestOf(call: PayPalCall<unknown>, { apiBase, token }: { apiBase: string; token: string }) {
  const body = call.method === 'POST' ? JSON.stringify(call.body ?? {}) : undefined
  return {
    method: call.method,
    url: new URL(apiBase + call.path),
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      // The whole object in the answer, so that nothing has to be asked again.
      prefer: 'return=representation',
      ...(call.requestId === undefined ? {} : { 'paypal-request-id': call.requestId }),
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
    },
    body,
    moves: call.moves ?? 'nothing',
  } as const
}
