import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Guard } from '../../kit/guard.ts'
import { idempotencyHeaders } from '../../kit/idempotency-key.ts'
import { idempotencyProblems } from '../../kit/idempotency-store.ts'
import { problemResponses } from '../../kit/problems.ts'
import { jsonBody, type RequestEnvironment, taggedAnswer } from '../../kit/routes.ts'
import type { OrdersAccess } from '../access.ts'
import { keyedCallOf } from '../keyed-call.ts'
import { orderPath, orderSchema } from '../order-contract.ts'
import { providerNames } from '../payments/provider.ts'
import { orderProblems, paymentProblems } from '../problems.ts'
import { type PayParts, payOrder } from './pay-order.ts'

type Parts = PayParts & { readonly guard: Guard<OrdersAccess> }

/** Card data has no place here: the provider's own form makes a token of it, and only that comes to us. */
const paymentRequestSchema = z
  .strictObject({
    provider: z.enum(providerNames),
    method_token: z
      .string()
      .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 printable ASCII characters without spaces')
      .refine((token) => !isCardNumber(token), 'must be a token of the provider, never a card number')
      .openapi({ description: 'made by the provider’s form; never stored', example: 'pm_card_visa' }),
  })
  .openapi('PaymentRequest', { example: { provider: 'simulated', method_token: 'tok_ok' } })

/** 12 to 19 digits that pass the check of Luhn. */
function isCardNumber(text: string): boolean {
  const digits = text.replace(/[-.]/g, '')
  if (!/^\d{12,19}$/.test(digits)) return false
  const sum = [...digits].toReversed().reduce((total, digit, index) => {
    const doubled = Number(digit) * (index % 2 === 0 ? 1 : 2)
    return total + (doubled > 9 ? doubled - 9 : doubled)
  }, 0)
  return sum % 10 === 0
}

export function addPayRoute(routes: OpenAPIHono<RequestEnvironment>, parts: Parts): void {
  routes.openapi({ ...payRoute, ...parts.guard.user('payOrder') }, async (c) => {
    const call = keyedCallOf(c, { key: c.req.valid('header')['idempotency-key'], body: c.req.valid('json') })
    const { provider, method_token: methodToken } = c.req.valid('json')
    const request = { ...call, orderId: c.req.valid('param').id, provider, methodToken }
    const { status, body, headers } = await payOrder(parts, request)
    return c.json(orderSchema.parse(JSON.parse(body)), status === 202 ? 202 : 200, headers)
  })
}

const { empty, priceChanged, insufficientStock, invalidTransition, onHold, unknownProduct, mixedCurrencies } =
  orderProblems

const payRoute = createRoute({
  tags: ['orders'],
  method: 'post',
  path: '/api/v1/orders/{id}/payment',
  summary: 'Pay an order: its stock is held, the money is taken, the stock is sold, the invoice issued',
  description:
    '202: the customer has to go on at `action.url` of the payment, or the provider has not decided; the order tells later.',
  request: { params: orderPath, headers: idempotencyHeaders, body: jsonBody(paymentRequestSchema) },
  responses: {
    200: taggedAnswer('Paid', orderSchema),
    202: taggedAnswer('Not decided yet', orderSchema),
    ...problemResponses(
      ...Object.values(idempotencyProblems),
      ...Object.values(paymentProblems),
      empty,
      orderProblems.noAddress,
      priceChanged,
      insufficientStock,
      orderProblems.holdLimit,
      invalidTransition,
      onHold,
      unknownProduct,
      mixedCurrencies,
      orderProblems.totalTooLarge,
    ),
  },
})
