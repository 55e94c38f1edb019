import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import { causeOf } from '../../kit/cause-of.ts'
import type { Guard } from '../../kit/guard.ts'
import { Problem, type ProblemKind, problemResponses, problems } from '../../kit/problems.ts'
import { jsonAnswer, type RequestContext, type RequestEnvironment } from '../../kit/routes.ts'
import type { OrdersAccess } from '../access.ts'
import type { OrderMetrics } from '../order-metrics.ts'
import type { PaymentProviders } from '../payments/open-providers.ts'
import { type PaymentProvider, ProviderUnavailable, type WebhookEvent, WebhookRefused } from '../payments/provider.ts'
import type { OrdersTables } from '../schema.ts'
import { keepWebhook } from './webhook-store.ts'

export const webhookProblems = {
  signature: { code: 'webhook/signature', status: 400, title: 'The signature does not fit the body' },
} as const satisfies Record<string, ProblemKind>

export const webhookAnswer = z
  .object({ received: z.literal(true) })
  .openapi('WebhookReceived', { example: { received: true } })

type Parts = {
  readonly database: Kysely<OrdersTables>
  readonly providers: PaymentProviders
  readonly guard: Guard<OrdersAccess>
  readonly metrics: Pick<OrderMetrics, 'countWebhook'>
  now(): Date
  wakeWebhooks(): void
}

/** One for each provider that is configured; of another one there is no such path. */
export function addWebhookRoutes(routes: OpenAPIHono<RequestEnvironment>, parts: Parts): void {
  const { guard, providers } = parts
  const names = {
    stripe: 'receiveStripeWebhook',
    paypal: 'receivePaypalWebhook',
    simulated: 'receiveSimulatedWebhook',
  } as const
  for (const name of providers.names) {
    const provider = providers.get(name)
    if (provider === undefined) continue
    const route = webhookRoute(
      `/api/v1/webhooks/${provider.name}`,
      `What ${provider.name} tells of payments and refunds`,
    )
    routes.openapi({ ...route, ...guard.anyone(names[provider.name]) }, async (c) =>
      c.json(await receive(parts, { c, provider }), 200),
    )
  }
}

/** Verified by the signature over its bytes, so it is not parsed before; answered as soon as it is kept. */
export function webhookRoute<Path extends string>(path: Path, summary: string) {
  return createRoute({
    tags: ['webhooks'],
    method: 'post',
    path,
    summary,
    description: 'Verified by its signature, kept, answered, and applied afterwards: the same again changes nothing.',
    request: { body: { required: true, content: { '*/*': { schema: z.unknown() } } } },
    responses: { 200: jsonAnswer('Kept', webhookAnswer), ...problemResponses(webhookProblems.signature) },
  })
}

type Receiving = { readonly c: RequestContext; readonly provider: PaymentProvider }

async function receive(parts: Parts, { c, provider }: Receiving): Promise<z.infer<typeof webhookAnswer>> {
  const raw = new Uint8Array(await c.req.arrayBuffer())
  const event = await provider
    .parseWebhook(raw, (name) => c.req.header(name), parts.now())
    .catch((error: unknown) => {
      parts.metrics.countWebhook(provider.name, 'refused')
      return refuseWebhook(c, { error, provider: provider.name })
    })
  const isNew = await keepWebhook(parts.database, {
    provider: provider.name,
    eventId: event.id,
    facts: event satisfies WebhookEvent,
    state: event.kind === 'ignored' ? 'ignored' : 'received',
    cause: causeOf(c),
  })
  parts.metrics.countWebhook(provider.name, isNew ? 'kept' : 'repeated')
  parts.wakeWebhooks()
  return { received: true }
}

/** A 400 that says nothing of why, and one line without a word of the body. */
export function refuseWebhook(
  c: RequestContext,
  { error, provider }: { readonly error: unknown; readonly provider: string },
): never {
  if (error instanceof WebhookRefused) {
    c.get('log')().warn({ provider, reason: error.reason }, 'a webhook was refused')
    throw new Problem(webhookProblems.signature, { cause: error })
  }
  if (error instanceof ProviderUnavailable) {
    throw new Problem(problems.unavailable, {
      headers: { 'retry-after': String(error.retryAfterSeconds) },
      cause: error,
    })
  }
  throw error
}
