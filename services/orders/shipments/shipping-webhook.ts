import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { causeOf } from '../../kit/cause-of.ts'
import type { Guard } from '../../kit/guard.ts'
import type { RequestEnvironment } from '../../kit/routes.ts'
import type { OrdersAccess } from '../access.ts'
import type { OrderMetrics } from '../order-metrics.ts'
import { verifySignedPayload } from '../payments/signed-payload.ts'
import { parseWebhookBody } from '../payments/webhook-body.ts'
import type { OrdersTables } from '../schema.ts'
import { refuseWebhook, webhookRoute } from '../webhooks/webhook-routes.ts'
import { keepWebhook, type ReceivedWebhook } from '../webhooks/webhook-store.ts'
import { type ShippingFacts, shippingFacts } from './apply-shipping-facts.ts'
import { carrierName, trackingNumber } from './shipment-contract.ts'

export const shippingWebhookPath = '/api/v1/webhooks/shipping'
export const shippingSignatureHeader = 'shipping-signature'

type Parts = {
  readonly database: Kysely<OrdersTables>
  readonly guard: Guard<OrdersAccess>
  /** Any of them: during a rotation there are two. None: nothing can be signed, and all is refused. */
  readonly shippingSecrets: readonly string[]
  readonly metrics: Pick<OrderMetrics, 'countWebhook'>
  now(): Date
  wakeWebhooks(): void
}

const provider = 'shipping'

/** What carriers tell: in one form for all of them, signed as `t=…,v1=…` over the time, a point and the body's bytes. */
export function addShippingWebhook(routes: OpenAPIHono<RequestEnvironment>, parts: Parts): void {
  const { database, guard, shippingSecrets: secrets, metrics, now, wakeWebhooks } = parts
  const route = webhookRoute(shippingWebhookPath, 'What a carrier tells of a shipment')
  routes.openapi({ ...route, ...guard.anyone('receiveShippingWebhook') }, async (c) => {
    const raw = new Uint8Array(await c.req.arrayBuffer())
    const webhook = await readWebhook({
      raw,
      header: c.req.header(shippingSignatureHeader),
      secrets,
      now: now(),
    }).catch((error: unknown) => {
      metrics.countWebhook(provider, 'refused')
      return refuseWebhook(c, { error, provider })
    })
    const isNew = await keepWebhook(database, { ...webhook, provider, cause: causeOf(c) })
    metrics.countWebhook(provider, isNew ? 'kept' : 'repeated')
    wakeWebhooks()
    return c.json({ received: true } as const, 200)
  })
}

/** Tolerant of more than it names, for carriers add fields. */
const bodySchema = z.object({
  id: z.string().regex(/^[\x21-\x7e]{1,200}$/),
  carrier: carrierName,
  tracking_number: trackingNumber,
  status: z.string().regex(/^[a-z_]{1,50}$/),
  occurred_at: z.iso.datetime({ offset: true }),
})

type Read = Pick<ReceivedWebhook, 'eventId' | 'facts' | 'state'>

async function readWebhook(signed: Parameters<typeof verifySignedPayload>[0]): Promise<Read> {
  verifySignedPayload(signed)
  const { id, carrier, status, ...body } = parseWebhookBody(signed.raw, bodySchema)
  const facts = { carrier, trackingNumber: body.tracking_number, status, occurredAt: body.occurred_at }
  const known = shippingFacts.safeParse(facts)
  // Of two carriers each counts its events from one.
  const eventId = `${carrier}:${id}`
  if (!known.success) return { eventId, facts, state: 'ignored' }
  return { eventId, facts: known.data satisfies ShippingFacts, state: 'received' }
}
