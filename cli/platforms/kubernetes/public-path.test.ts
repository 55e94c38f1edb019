import { expect, test } from 'vitest'
import { publicRoute } from '../../../services/edge/public-route.ts'
import { smokeChecks } from '../../smoke/checks.ts'
import { publicPath } from './public-path.ts'

const asTheEdge = (target: string) => {
  const route = publicRoute(target)
  return route.kind === 'service' ? { service: route.service, target: route.target } : null
}

test.each([
  ...smokeChecks({ number: 1, services: {} }).map(({ path }) => path),
  '/docs/users',
  '/openapi/orders.json',
  '/health/users?check=ready',
  '/api/v1/ordersx',
  '/api/v1/orders/1/cancel?x=1',
  '/',
  '/metrics',
])('%s goes where the edge sends it', (target) => {
  expect(publicPath(target)).toEqual(asTheEdge(target))
})
