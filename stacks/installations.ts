/** What is built on AWS, and how large. Imports nothing. */

export const installationNames = ['dev', 'staging', 'prod'] as const
export type InstallationName = (typeof installationNames)[number]

/** A version, the last day of its standard support (ISO date), and where that day is said. */
export type SupportedVersion = { readonly version: string; readonly supportedUntil: string; readonly source: string }

export type NodeSize = {
  readonly instanceTypes: readonly [string, ...string[]]
  readonly min: number
  readonly desired: number
  readonly max: number
}

/** What a stack needs that is one for each account. */
export type AccountFacts = {
  readonly account: string
  readonly region: string
  readonly costCenter: string
}

export type InstallationFacts = AccountFacts & {
  readonly name: InstallationName
  readonly zones: readonly [string, string, string]
  readonly cidr: string
  readonly natGateways: 1 | 3
  readonly kubernetes: SupportedVersion
  /** IAM roles of the same account that may act as the deployer (Jenkins' agents). AWS refuses a name that is not there. */
  readonly deployerRoles: readonly [string, ...string[]]
  /** CIDRs that reach the cluster's public endpoint; empty: there is none. Never 0.0.0.0/0. */
  readonly clusterAccess: readonly string[]
  readonly nodes: NodeSize
  /** Null leaves the group out. */
  readonly spotNodes: NodeSize | null
  readonly nodeDiskGigabytes: number
  readonly postgres: SupportedVersion & {
    readonly instanceClass: string
    readonly gigabytes: number
    readonly multiZone: boolean
    /** Automated backups with their write-ahead log: any second of these days can be restored. */
    readonly backupDays: number
  }
  readonly redis: SupportedVersion & { readonly nodeType: string; readonly nodes: number }
  /** Deletion protection, `preventDestroy`, a final snapshot, and 30 days to get a deleted secret back. */
  readonly protect: boolean
  /** How long a restore may take; the runbook's drill is measured against them. */
  readonly recovery: { readonly pointMinutes: number; readonly timeMinutes: number }
  /** USD a month; `infra plan` and `infra cost` end with exit 5 above it. */
  readonly budget: number
}

/** China and GovCloud have others. */
export const partition = 'aws'

/** The row that a team fills in with its own account; `environments.ts` has the same. */
const place = {
  account: '000000000000',
  region: 'us-east-1',
  zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
  kubernetes: {
    version: '1.35',
    supportedUntil: '2027-03-27',
    source: 'https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html',
  },
  deployerRoles: ['jenkins'],
  clusterAccess: [],
  nodeDiskGigabytes: 50,
  recovery: { pointMinutes: 60, timeMinutes: 240 },
  costCenter: 'shop',
} as const

const postgres15 = {
  version: '15',
  supportedUntil: '2028-02-29',
  source: 'https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html',
} as const

const redis71 = {
  version: '7.1',
  supportedUntil: '2029-03-31',
  source: 'https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/supported-engine-versions.html',
} as const

export const installations: Readonly<Record<InstallationName, InstallationFacts>> = {
  dev: {
    ...place,
    name: 'dev',
    cidr: '10.2.0.0/16',
    natGateways: 1,
    nodes: { instanceTypes: ['t3.medium'], min: 2, desired: 2, max: 4 },
    spotNodes: { instanceTypes: ['t3.medium', 't3a.medium'], min: 0, desired: 0, max: 4 },
    postgres: { ...postgres15, instanceClass: 'db.t4g.medium', gigabytes: 20, multiZone: false, backupDays: 7 },
    redis: { ...redis71, nodeType: 'cache.t4g.micro', nodes: 1 },
    protect: false,
    budget: 500,
  },
  staging: {
    ...place,
    name: 'staging',
    cidr: '10.1.0.0/16',
    natGateways: 1,
    nodes: { instanceTypes: ['t3.large'], min: 2, desired: 2, max: 5 },
    spotNodes: { instanceTypes: ['t3.large', 't3a.large', 'm5.large', 'm5a.large'], min: 0, desired: 0, max: 5 },
    postgres: { ...postgres15, instanceClass: 'db.r6g.large', gigabytes: 50, multiZone: false, backupDays: 7 },
    redis: { ...redis71, nodeType: 'cache.t4g.medium', nodes: 2 },
    protect: false,
    budget: 900,
  },
  prod: {
    ...place,
    name: 'prod',
    cidr: '10.0.0.0/16',
    natGateways: 3,
    nodes: { instanceTypes: ['t3.large'], min: 3, desired: 3, max: 10 },
    spotNodes: { instanceTypes: ['t3.large', 't3a.large', 'm5.large', 'm5a.large'], min: 0, desired: 0, max: 10 },
    postgres: { ...postgres15, instanceClass: 'db.r6g.xlarge', gigabytes: 100, multiZone: true, backupDays: 7 },
    redis: { ...redis71, nodeType: 'cache.r6g.large', nodes: 2 },
    protect: true,
    budget: 1500,
  },
}
