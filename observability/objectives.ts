/** What the shop promises, as facts: load tests judge by it, alerts and dashboards are made from it. Imports nothing. */

export type Targets = {
  /** 95 of 100 requests have to be answered in less. */
  readonly p95Milliseconds: number
  /** Less than this share of 1 may fail. */
  readonly errorShare: number
}

export type ShopObjectives = Targets & {
  /** More than this share of 1 of the time, somebody who asks gets an answer. */
  readonly availability: number
  /** More than so many have to be answered where so many are asked. */
  readonly requestsPerSecond: number
}

export type EndpointObjectives = Targets & {
  /** As people name it, each once. */
  readonly endpoint: string
  readonly service: 'users' | 'catalog' | 'orders'
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** As the service's metrics name it. */
  readonly route: string
}

export type ScenarioObjectives = Targets & { readonly scenario: 'users' | 'catalog' | 'orders' }

/** Of all requests together (L-6). */
export const shopObjectives: ShopObjectives = {
  p95Milliseconds: 500,
  errorShare: 0.01,
  availability: 0.999,
  requestsPerSecond: 1_000,
}

const errorShare = 0.01

/** Of a customer's whole way: two of the four requests of `users` look at a password, which takes a core 15 ms. */
export const scenarioObjectives: readonly ScenarioObjectives[] = [
  { scenario: 'users', p95Milliseconds: 500, errorShare },
  { scenario: 'catalog', p95Milliseconds: 300, errorShare },
  { scenario: 'orders', p95Milliseconds: 800, errorShare },
]

/** Reads are quick, writes slower, passwords are slow on purpose, and a payment waits for its provider. */
export const endpointObjectives: readonly EndpointObjectives[] = [
  {
    endpoint: 'register',
    service: 'users',
    method: 'POST',
    route: '/api/v1/auth/register',
    p95Milliseconds: 600,
    errorShare,
  },
  {
    endpoint: 'log in',
    service: 'users',
    method: 'POST',
    route: '/api/v1/auth/login',
    p95Milliseconds: 600,
    errorShare,
  },
  {
    endpoint: 'get profile',
    service: 'users',
    method: 'GET',
    route: '/api/v1/users/me',
    p95Milliseconds: 200,
    errorShare,
  },
  {
    endpoint: 'update profile',
    service: 'users',
    method: 'PUT',
    route: '/api/v1/users/me',
    p95Milliseconds: 300,
    errorShare,
  },
  {
    endpoint: 'browse products',
    service: 'catalog',
    method: 'GET',
    route: '/api/v1/products',
    p95Milliseconds: 300,
    errorShare,
  },
  {
    endpoint: 'search',
    service: 'catalog',
    method: 'GET',
    route: '/api/v1/products',
    p95Milliseconds: 400,
    errorShare,
  },
  {
    endpoint: 'view details',
    service: 'catalog',
    method: 'GET',
    route: '/api/v1/products/{id}',
    p95Milliseconds: 200,
    errorShare,
  },
  {
    endpoint: 'check inventory',
    service: 'catalog',
    method: 'GET',
    route: '/api/v1/inventory/{product_id}',
    p95Milliseconds: 200,
    errorShare,
  },
  {
    endpoint: 'submit a review',
    service: 'catalog',
    method: 'POST',
    route: '/api/v1/products/{id}/reviews',
    p95Milliseconds: 400,
    errorShare,
  },
  {
    endpoint: 'create order',
    service: 'orders',
    method: 'POST',
    route: '/api/v1/orders',
    p95Milliseconds: 600,
    errorShare,
  },
  {
    endpoint: 'add items',
    service: 'orders',
    method: 'POST',
    route: '/api/v1/orders/{id}/items',
    p95Milliseconds: 600,
    errorShare,
  },
  {
    endpoint: 'pay',
    service: 'orders',
    method: 'POST',
    route: '/api/v1/orders/{id}/payment',
    p95Milliseconds: 1_500,
    errorShare,
  },
  {
    endpoint: 'track status',
    service: 'orders',
    method: 'GET',
    route: '/api/v1/orders/{id}',
    p95Milliseconds: 300,
    errorShare,
  },
]
