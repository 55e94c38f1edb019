import { expect, test } from 'vitest'
import { publicRoute } from './public-route.ts'

test.each([
  ['/api/v1/auth/login', 'users', '/api/v1/auth'],
  ['/api/v1/users', 'users', '/api/v1/users'],
  ['/.well-known/jwks.json', 'users', '/.well-known/jwks.json'],
  ['/verify-email', 'users', '/verify-email'],
  ['/reset-password?lang=de', 'users', '/reset-password'],
  ['/api/v1/products', 'catalog', '/api/v1/products'],
  ['/api/v1/products?limit=20&cursor=a%2Fb', 'catalog', '/api/v1/products'],
  ['/api/v1/products/caf%C3%A9', 'catalog', '/api/v1/products'],
  ['/api/v1/orders/01998f2e-0000-7000-8000-000000000000/pay', 'orders', '/api/v1/orders'],
])('a path of the registry goes to its service as it came: %s', (target, service, route) => {
  expect(publicRoute(target)).toEqual({ kind: 'service', service, route, target })
})

test.each([
  ['/health/users', 'users', '/health'],
  ['/docs/catalog', 'catalog', '/docs'],
  ['/openapi/orders.json', 'orders', '/openapi.json'],
])('%s asks the service for its own page', (path, service, target) => {
  expect(publicRoute(path)).toMatchObject({ kind: 'service', service, target })
  expect(publicRoute(`${path}?x=1`)).toMatchObject({ kind: 'service', service, target })
})

test.each([
  ['/', 'home'],
  ['/docs', 'docs'],
  ['/openapi.json', 'openapi'],
  ['/problems', 'problems'],
  ['/problems/edge/no-release', 'problem'],
  ['/health', 'health'],
])('%s is a page of the edge itself', (path, page) => {
  expect(publicRoute(path)).toMatchObject({ kind: 'page', page })
})

test.each([
  ['/internal'],
  ['/internal/reservations'],
  ['/metrics'],
  ['/api/v1'],
  ['/api/v1/'],
  ['/api/v1/usersx'],
  ['/api/v2/users'],
  ['/health?check=ready'],
  ['/health?check'],
  ['/health?x=1&che%63k=ready'],
  ['/health/users?check=ready'],
  ['/health/payments'],
  ['/health/users/x'],
  ['/docs/constructor'],
  ['/problems/'],
  ['/problems/a/b/c'],
])('G7: what is not listed is unknown: %s', (target) => {
  expect(publicRoute(target)).toEqual({ kind: 'unknown', route: 'unmatched' })
})

test.each([
  ['/api/v1/users%2f..%2f..%2finternal'],
  ['/api/v1/users%2F1'],
  ['/api%2fv1/users'],
  ['//api/v1/users'],
  ['/api//v1/users'],
  ['/api/v1/users//1'],
  ['/api/v1/./users'],
  ['/api/v1/users/.'],
  ['/api/v1/users/..'],
  ['/api/v1/users/../orders'],
  ['/api/v1/users/..;/internal'],
  ['/api/v1/users/..;x=1/internal'],
  ['/api/v1/users/%2e%2e/internal'],
  ['/api/v1/users/%2E%2e/internal'],
  ['/api/v1/users/.%2e/internal'],
  ['/api/v1/users;x=1'],
  ['/api/v1/users/1;x=1'],
  ['/api/v1/users%3bx=1'],
  ['/API/v1/users'],
  ['/Api/V1/Users'],
  ['/api/v1/users/'],
  ['/api/v1/users/1/'],
  ['/docs/'],
  ['/api/v1/users\\1'],
  ['/api/v1/users%5c1'],
  ['/api/v1/users/%00'],
  ['/api/v1/users/%0a'],
  ['/api/v1/users/%'],
  ['/api/v1/users/%ff'],
  ['/api/v1/users#/x'],
  ['/api/v1/users/\u00e9'],
  ['*'],
  [''],
  ['?'],
  ['api/v1/users'],
  ['ftp://shop/api/v1/users'],
  ['http:///api/v1/users'],
])('G2: a path that could be read in two ways is unknown: %s', (target) => {
  expect(publicRoute(target)).toEqual({ kind: 'unknown', route: 'unmatched' })
})

test('G2: an absolute-form target gets the decision of its path', () => {
  for (const path of ['/api/v1/users/1?x=2', '/internal', '/health?check=ready', '/api/v1/users/../x', '/docs']) {
    expect(publicRoute(`http://shop.example${path}`)).toEqual(publicRoute(path))
    expect(publicRoute(`HTTPS://shop.example:8443${path}`)).toEqual(publicRoute(path))
  }
  expect(publicRoute('http://shop.example')).toEqual(publicRoute('/'))
})

test('G2: an encoded letter gets the decision of the plain path', () => {
  expect(publicRoute('/api/v1/%75sers')).toMatchObject({ kind: 'service', service: 'users' })
  expect(publicRoute('/%69nternal')).toEqual(publicRoute('/internal'))
  expect(publicRoute('/%68ealth/users?check=ready')).toEqual(publicRoute('/health/users?check=ready'))
})
