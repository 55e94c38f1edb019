/** The environments' facts. Imports nothing. */

export const environmentNames = ['local', 'dev', 'staging', 'prod'] as const
export type EnvironmentName = (typeof environmentNames)[number]

/** CPU and memory in Kubernetes' own canonical words: `250m`, `1`, `512Mi`. */
export type Quantities = { readonly cpu: string; readonly memory: string }

export type ServiceSize = {
  /** Pods: `min` without an autoscaler, from `min` to `max` with one. */
  readonly replicas: { readonly min: number; readonly max: number }
  readonly requests: Quantities
  readonly limits: Quantities
}

export type KubernetesFacts = {
  readonly namespace: string
  /** Where the API server is, unless --kube-context names another. */
  readonly cluster:
    | { readonly kind: 'kubeconfig' }
    | { readonly kind: 'eks'; readonly name: string; readonly region: string; readonly account: string }
  /** Where images live, unless SHOPCTL_REGISTRY names another place; `oci` has no place of its own. */
  readonly registry:
    | { readonly kind: 'oci' }
    | { readonly kind: 'ecr'; readonly account: string; readonly region: string }
  /** `own`: a PostgreSQL and a Redis in the namespace, secrets made at the first deploy. `managed`: RDS, ElastiCache. */
  readonly foundations: 'own' | 'managed'
  /** Where the secrets of managed foundations and third parties are; null where shopctl makes them. */
  readonly secrets: { readonly region: string; readonly prefix: string } | null
  /** `edge`: the shop's own front door in the namespace. `ingress`: a load balancer made for the Ingress. */
  readonly entry:
    | { readonly kind: 'edge' }
    | { readonly kind: 'ingress'; readonly host: string; readonly className: string; readonly certificateArn: string }
  /** `where-installed`: scanned if there is a scanner; a place for trying out must not need one. */
  readonly scan: 'required' | 'where-installed'
  /** Sizes by service; `edge` too where the entry is one. */
  readonly sizes: Readonly<Record<string, ServiceSize>>
  readonly autoscaling: { readonly cpuPercent: number; readonly memoryPercent: number } | null
  /** A new pod must have been ready for this long before an old one is taken away. */
  readonly minReadySeconds: number
  /** Seconds between "not ready" and the last accepted request of a pod that is stopped. */
  readonly shutdownDelaySeconds: number
  /** How soon and how often a pod is asked whether it is ready. */
  readonly readiness: { readonly delaySeconds: number; readonly periodSeconds: number }
  /** Where the load balancer, RDS and ElastiCache are; null where there are none. */
  readonly vpcCidr: string | null
}

/** Who sells, as every invoice must say. */
export type Seller = {
  readonly name: string
  /** One to eight lines. */
  readonly address: readonly string[]
  /** Two capital letters (ISO 3166). */
  readonly country: string
  readonly taxId: string
}

export type EnvironmentFacts = {
  readonly name: EnvironmentName
  readonly platform: 'local' | 'kubernetes'
  /** The row of installations.ts that it stands on; null where AWS has no part in it. */
  readonly installation: 'dev' | 'staging' | 'prod' | null
  /** How a command that takes something away (rollback, down; in prod deploy too) asks a person before it does. */
  readonly confirm: 'ask' | 'type-the-name'
  /** Plain settings of every service here, by the name of the environment variable. Never a secret. */
  readonly settings: Readonly<Record<string, string>>
  /** Who takes payments. Where none of them is simulated the money is real, and mails, parcels and invoices have to be. */
  readonly paymentProviders: readonly ('simulated' | 'stripe' | 'paypal')[]
  /** Null where invoices say of themselves that they are a demonstration. */
  readonly seller: Seller | null
  /** Null on the local platform. */
  readonly kubernetes: KubernetesFacts | null
}

/** The row that a team fills in with its own account. Staging and prod share one installation. */
const aws = { account: '000000000000', region: 'us-east-1', installation: 'prod' } as const

/** The row that a team fills in with itself. While a word of it is empty nothing is released to prod. */
const seller: Seller = { name: '', address: [], country: '', taxId: '' }

const sharedCluster = {
  cluster: { kind: 'eks', name: `shop-${aws.installation}`, region: aws.region, account: aws.account },
  registry: { kind: 'ecr', account: aws.account, region: aws.region },
  foundations: 'managed',
  vpcCidr: '10.0.0.0/16',
} as const

const certificate = (id: string) => `arn:aws:acm:${aws.region}:${aws.account}:certificate/${id}`

const size = (replicas: ServiceSize['replicas'], requests: Quantities, limits: Quantities): ServiceSize => ({
  replicas,
  requests,
  limits,
})

export const environments: Readonly<Record<EnvironmentName, EnvironmentFacts>> = {
  local: {
    name: 'local',
    platform: 'local',
    installation: null,
    confirm: 'ask',
    settings: {},
    paymentProviders: ['simulated'],
    seller: null,
    kubernetes: null,
  },
  dev: {
    name: 'dev',
    platform: 'kubernetes',
    installation: 'dev',
    confirm: 'ask',
    settings: { LOG_LEVEL: 'info', AUTH_UNVERIFIED_LOGIN: 'allow' },
    paymentProviders: ['simulated'],
    seller: null,
    kubernetes: {
      namespace: 'ecommerce-dev',
      cluster: { kind: 'kubeconfig' },
      registry: { kind: 'oci' },
      foundations: 'own',
      secrets: null,
      entry: { kind: 'edge' },
      scan: 'where-installed',
      sizes: {
        users: size({ min: 1, max: 1 }, { cpu: '50m', memory: '128Mi' }, { cpu: '500m', memory: '512Mi' }),
        catalog: size({ min: 1, max: 1 }, { cpu: '50m', memory: '128Mi' }, { cpu: '500m', memory: '512Mi' }),
        orders: size({ min: 1, max: 1 }, { cpu: '50m', memory: '128Mi' }, { cpu: '500m', memory: '512Mi' }),
        edge: size({ min: 1, max: 1 }, { cpu: '25m', memory: '64Mi' }, { cpu: '500m', memory: '256Mi' }),
      },
      autoscaling: null,
      minReadySeconds: 0,
      shutdownDelaySeconds: 3,
      readiness: { delaySeconds: 0, periodSeconds: 1 },
      vpcCidr: null,
    },
  },
  staging: {
    name: 'staging',
    platform: 'kubernetes',
    installation: aws.installation,
    confirm: 'ask',
    // Nobody reads the mails of a load test's customers, nor of a journey's.
    settings: { LOG_LEVEL: 'info', AUTH_UNVERIFIED_LOGIN: 'allow' },
    paymentProviders: ['simulated'],
    seller: null,
    kubernetes: {
      namespace: 'ecommerce-staging',
      ...sharedCluster,
      secrets: { region: aws.region, prefix: 'shop/staging/' },
      entry: {
        kind: 'ingress',
        host: 'staging.shop.example',
        className: 'alb',
        certificateArn: certificate('00000000-0000-0000-0000-000000000001'),
      },
      scan: 'required',
      sizes: {
        users: size({ min: 2, max: 4 }, { cpu: '50m', memory: '128Mi' }, { cpu: '500m', memory: '512Mi' }),
        catalog: size({ min: 2, max: 4 }, { cpu: '75m', memory: '192Mi' }, { cpu: '1', memory: '1Gi' }),
        orders: size({ min: 2, max: 4 }, { cpu: '75m', memory: '192Mi' }, { cpu: '1', memory: '1Gi' }),
      },
      autoscaling: { cpuPercent: 70, memoryPercent: 80 },
      minReadySeconds: 1,
      shutdownDelaySeconds: 5,
      readiness: { delaySeconds: 5, periodSeconds: 5 },
    },
  },
  prod: {
    name: 'prod',
    platform: 'kubernetes',
    installation: aws.installation,
    confirm: 'type-the-name',
    settings: { LOG_LEVEL: 'info' },
    paymentProviders: ['stripe', 'paypal'],
    seller,
    kubernetes: {
      namespace: 'ecommerce-prod',
      ...sharedCluster,
      secrets: { region: aws.region, prefix: 'shop/prod/' },
      entry: {
        kind: 'ingress',
        host: 'shop.example',
        className: 'alb',
        certificateArn: certificate('00000000-0000-0000-0000-000000000002'),
      },
      scan: 'required',
      sizes: {
        users: size({ min: 3, max: 10 }, { cpu: '250m', memory: '256Mi' }, { cpu: '500m', memory: '512Mi' }),
        catalog: size({ min: 3, max: 10 }, { cpu: '500m', memory: '512Mi' }, { cpu: '1', memory: '1Gi' }),
        orders: size({ min: 3, max: 10 }, { cpu: '500m', memory: '512Mi' }, { cpu: '1', memory: '1Gi' }),
      },
      autoscaling: { cpuPercent: 70, memoryPercent: 80 },
      minReadySeconds: 5,
      shutdownDelaySeconds: 5,
      readiness: { delaySeconds: 5, periodSeconds: 5 },
    },
  },
}
