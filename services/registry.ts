/** Facts about what the shop ships. Imports nothing; the command line, the manifests and the dashboards read it. */

export const serviceNames = ['users', 'catalog', 'orders'] as const
export type ServiceName = (typeof serviceNames)[number]

export type ServiceFacts = {
  /** The short name: folder, command line, database. */
  readonly name: ServiceName
  /** Deployment, image, scrape job and the log field `service`. */
  readonly longName: string
  readonly port: number
  readonly metricsPort: number
  readonly database: string
  /** Path prefixes that the public entry point routes to this service. */
  readonly routes: readonly string[]
  /** Services that it calls, each found through `<NAME>_URL`. */
  readonly calls: readonly ServiceName[]
  readonly probes: { readonly alive: string; readonly ready: string }
  readonly resources: {
    readonly requests: { readonly cpu: string; readonly memory: string }
    readonly limits: { readonly cpu: string; readonly memory: string }
  }
}

const probes = { alive: '/health', ready: '/health?check=ready' } as const

export const services: Readonly<Record<ServiceName, ServiceFacts>> = {
  users: {
    name: 'users',
    longName: 'user-management',
    port: 8080,
    metricsPort: 9464,
    database: 'users',
    routes: ['/api/v1/auth', '/api/v1/users', '/.well-known/jwks.json', '/verify-email', '/reset-password'],
    calls: [],
    probes,
    resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { cpu: '500m', memory: '512Mi' } },
  },
  catalog: {
    name: 'catalog',
    longName: 'product-catalog',
    port: 8000,
    metricsPort: 9464,
    database: 'catalog',
    routes: ['/api/v1/products', '/api/v1/categories', '/api/v1/inventory'],
    calls: ['users'],
    probes,
    resources: { requests: { cpu: '500m', memory: '512Mi' }, limits: { cpu: '1', memory: '1Gi' } },
  },
  orders: {
    name: 'orders',
    longName: 'order-management',
    port: 8081,
    metricsPort: 9464,
    database: 'orders',
    routes: ['/api/v1/orders', '/api/v1/webhooks'],
    calls: ['users', 'catalog'],
    probes,
    resources: { requests: { cpu: '500m', memory: '512Mi' }, limits: { cpu: '1', memory: '1Gi' } },
  },
}
