import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Guard } from '../../../kit/guard.ts'
import { Problem, problemResponses, problems } from '../../../kit/problems.ts'
import type { RequestEnvironment } from '../../../kit/routes.ts'
import type { OrdersAccess } from '../../access.ts'
import type { SimulatedBank } from './simulated-bank.ts'

/** Where the customer is sent; confirmSimulatedPayment is what happens there. */
export const simulatedActionPath = '/api/v1/webhooks/simulated/actions/'

type Parts = { readonly guard: Guard<OrdersAccess>; readonly providers: { readonly bank: SimulatedBank | undefined } }

/** Only where the settings name the simulated provider: of another one the customer goes to a page of the bank's. */
export function addConfirmRoute(routes: OpenAPIHono<RequestEnvironment>, { guard, providers: { bank } }: Parts): void {
  if (bank === undefined) return
  routes.openapi({ ...confirmRoute, ...guard.anyone('confirmSimulatedPayment') }, async (c) => {
    if (!(await bank.confirm(c.req.valid('param').reference))) throw new Problem(problems.notFound)
    return c.body(null, 204)
  })
}

const confirmRoute = createRoute({
  tags: ['webhooks'],
  method: 'post',
  path: `${simulatedActionPath}{reference}`,
  summary: 'Stands for the bank’s page: the customer agrees to a payment that waits for it',
  description:
    'What `action.url` of a payment of the simulated provider points at. The provider then tells of it by its webhook. ' +
    'Once a payment: afterwards, and of one that waits for nobody, it is a 404.',
  request: {
    params: z.object({
      reference: z
        .string()
        .regex(/^sim_[\w-]{1,96}$/)
        .openapi({ example: 'sim_1f8c2a' }),
    }),
  },
  responses: { 204: { description: 'The customer has agreed' }, ...problemResponses() },
})
