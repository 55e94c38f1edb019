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
    route: '/api/v1/products/:id',
    p95Milliseconds: 200,
    errorShare,
  },
  {
    endpoint: 'check inventory',
    service: 'catalog',
    method: 'GET',
    route: '/api/v1/inventory/:product_id',
    p95Milliseconds: 200,
    errorShare,
  },
  {
    endpoint: 'submit a review',
    service: 'catalog',
    method: 'POST',
    route: '/api/v1/products/:id/reviews',
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
    route: '/api/v1/orders/:id/items',
    p95Milliseconds: 600,
    errorShare,
  },
  {
    endpoint: 'pay',
    service: 'orders',
    method: 'POST',
    route: '/api/v1/orders/:id/payment',
    p95Milliseconds: 1_500,
    errorShare,
  },
  {
    endpoint: 'track status',
    service: 'orders',
    method: 'GET',
    route: '/api/v1/orders/:id',
    p95Milliseconds: 300,
    errorShare,
  },
]

export type ServiceLevelObjective = {
  /** Stable: series, alerts, commands and people's notes name it. */
  readonly id: string
  /** What is promised, as a person says it. */
  readonly title: string
  readonly service: 'users' | 'catalog' | 'orders'
  readonly subject: 'service' | 'journey'
  /** What is counted. Null: all that the service answers, but for probes and paths that it does not know. */
  readonly requests: { readonly method: 'GET' | 'POST'; readonly routes: readonly string[] } | null
  readonly indicator: AvailabilityIndicator | LatencyIndicator
  /** At least this share of 1 has to be good. */
  readonly targetRatio: number
  /** Prometheus keeps 15 days, so that a month cannot be told from it (NOTE-19). */
  readonly windowDays: 14
}

/** Good: any answer but a 5xx. */
export type AvailabilityIndicator = { readonly kind: 'availability' }

/** Good: of the answers that are no 5xx, those in at most this time, which is a bucket of the histogram. */
export type LatencyIndicator = { readonly kind: 'latency'; readonly thresholdSeconds: number }

const windowDays = 14

const wholeService = (service: ServiceLevelObjective['service']): readonly ServiceLevelObjective[] => [
  {
    id: `${service}-availability`,
    title: `999 of 1,000 requests to ${service} are answered without a fault of ours`,
    service,
    subject: 'service',
    requests: null,
    indicator: { kind: 'availability' },
    targetRatio: 0.999,
    windowDays,
  },
  {
    id: `${service}-latency`,
    title: `95 of 100 requests to ${service} are answered within 500 ms`,
    service,
    subject: 'service',
    requests: null,
    indicator: { kind: 'latency', thresholdSeconds: 0.5 },
    targetRatio: 0.95,
    windowDays,
  },
]

type Journey = Pick<ServiceLevelObjective, 'service' | 'requests'> & {
  readonly journey: string
  readonly words: string
  readonly quick: { readonly thresholdSeconds: number; readonly targetRatio: number }
}

const wholeJourney = ({ journey, words, quick, service, requests }: Journey): readonly ServiceLevelObjective[] => [
  {
    id: `${journey}-availability`,
    title: `999 of 1,000 times ${words} does not end in a fault of ours`,
    service,
    subject: 'journey',
    requests,
    indicator: { kind: 'availability' },
    targetRatio: 0.999,
    windowDays,
  },
  {
    id: `${journey}-latency`,
    title: `${Math.round(quick.targetRatio * 100)} of 100 times ${words} takes at most ${quick.thresholdSeconds} s a step`,
    service,
    subject: 'journey',
    requests,
    indicator: { kind: 'latency', thresholdSeconds: quick.thresholdSeconds },
    targetRatio: quick.targetRatio,
    windowDays,
  },
]

/** What error budgets, burn-rate alerts, `shopctl slo` and the gate of a deploy are made from. */
export const serviceLevelObjectives: readonly ServiceLevelObjective[] = [
  ...wholeService('users'),
  ...wholeService('catalog'),
  ...wholeService('orders'),
  ...wholeJourney({
    journey: 'browse',
    words: 'looking for a product',
    service: 'catalog',
    requests: { method: 'GET', routes: ['/api/v1/products', '/api/v1/products/:id', '/api/v1/categories'] },
    quick: { thresholdSeconds: 0.5, targetRatio: 0.99 },
  }),
  ...wholeJourney({
    journey: 'sign-in',
    words: 'signing in',
    service: 'users',
    requests: { method: 'POST', routes: ['/api/v1/auth/login', '/api/v1/auth/refresh'] },
    quick: { thresholdSeconds: 1, targetRatio: 0.95 },
  }),
  ...wholeJourney({
    journey: 'checkout',
    words: 'ordering and paying',
    service: 'orders',
    requests: {
      method: 'POST',
      routes: ['/api/v1/orders', '/api/v1/orders/:id/items', '/api/v1/orders/:id/payment'],
    },
    quick: { thresholdSeconds: 2.5, targetRatio: 0.95 },
  }),
]
