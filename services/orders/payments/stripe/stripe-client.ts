import Stripe from 'stripe'
import type { z } from 'zod'
import type { HttpAnswer } from '../../../kit/http-exchange.ts'
import { ProviderUnavailable } from '../provider.ts'
import type { Operation } from '../provider-http.ts'

export type StripeAccount = { readonly apiBase: string; readonly secretKey: string }

/** What Stripe refused, in words that hold nothing of the request. */
export type StripeRefusal = {
  readonly status: number
  readonly code: string | undefined
  readonly declineCode: string | undefined
  readonly parameter: string | undefined
}

export type StripeReply<Value> = { readonly value: Value } | { readonly refusal: StripeRefusal }

type StripeSdk = InstanceType<typeof Stripe>

/** The SDK writes requests and reads answers; how long and how often is the operation's to say. */
export function stripeSession({ apiBase, secretKey }: StripeAccount, operation: Operation) {
  const { protocol, hostname, port } = new URL(apiBase)
  const sdk = new Stripe(secretKey, {
    host: hostname,
    port: port === '' ? (protocol === 'http:' ? 80 : 443) : port,
    protocol: protocol === 'http:' ? 'http' : 'https',
    httpClient: overOperation(operation),
    maxNetworkRetries: 0,
    telemetry: false,
  })
  return async function ask<Value>(
    schema: z.ZodType<Value>,
    call: (sdk: StripeSdk) => Promise<unknown>,
  ): Promise<StripeReply<Value>> {
    // The operation ends the exchange, but what goes wrong inside the SDK may leave its promise open for ever.
    const answer = await operation.inTime(call(sdk)).catch((error: unknown) => refusalOf(error, operation))
    if (answer instanceof Refused) return { refusal: answer.refusal }
    const parsed = schema.safeParse(answer)
    if (parsed.success) return { value: parsed.data }
    const [issue] = parsed.error.issues
    throw operation.unplanned({ status: 200, reason: `${issue?.path.join('.')} ${issue?.message}` })
  }
}

class Refused {
  readonly refusal: StripeRefusal

  constructor(refusal: StripeRefusal) {
    this.refusal = refusal
  }
}

/** The SDK's errors quote keys and parameters; what is kept of them are their codes. */
function refusalOf(error: unknown, operation: Operation): Refused {
  if (error instanceof ProviderUnavailable) throw error
  if (!(error instanceof Stripe.errors.StripeError)) throw error
  if (error.detail instanceof ProviderUnavailable) throw error.detail
  const { statusCode: status = 0, code, param: parameter, decline_code: declineCode } = error
  // 401 and 403 are about our key, which no customer can help.
  if (status === 402 || status === 404) return new Refused({ status, code, declineCode, parameter })
  if (status === 400 && !(error instanceof Stripe.errors.StripeIdempotencyError)) {
    return new Refused({ status, code, declineCode, parameter })
  }
  throw operation.unplanned({ status, reason: error.type })
}

type StripeHttpClient = NonNullable<NonNullable<ConstructorParameters<typeof Stripe>[1]>['httpClient']>

function overOperation(operation: Operation): StripeHttpClient {
  return {
    getClientName: () => 'shop',
    async makeRequest(host, port, path, method, headers, requestData, protocol) {
      const answer = await operation.exchange({
        method,
        url: new URL(`${protocol}://${host}:${port}${path}`),
        headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
        body: requestData === '' ? undefined : requestData,
        moves: method === 'POST' && /\/(confirm|refunds)$/.test(path) ? 'money' : 'nothing',
      })
      return readable(answer)
    },
  }
}

function readable({ status, headers, text }: HttpAnswer) {
  const flat = Object.entries(headers).map(([name, value]) => [name, String(value)] as const)
  return {
    getStatusCode: () => status,
    getHeaders: () => Object.fromEntries(flat),
    // The SDK writes what it learns of an answer onto this.
    getRawResponse: () => ({}),
    toStream: () => undefined,
    toJSON: async () => JSON.parse(text),
  }
}
