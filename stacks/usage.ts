/** How much of what AWS meters is used in a month. Imports nothing. */

export type Usage = { readonly low: number; readonly expected: number; readonly high: number }

export type UsageFacts = {
  /** Nodes that the autoscaler adds to the minimum, on average over the month; never more than the group may have. */
  readonly nodesAboveMinimum: Usage
  readonly spotNodes: Usage
  readonly s3Gigabytes: Usage
  readonly s3ThousandWrites: Usage
  readonly s3ThousandReads: Usage
  /** To users, out of AWS. */
  readonly egressGigabytes: Usage
  /** Between availability zones; AWS charges both ends of it. */
  readonly betweenZonesGigabytes: Usage
  readonly natGigabytes: Usage
  readonly logGigabytesWritten: Usage
  /** After compression. */
  readonly logGigabytesKept: Usage
  readonly registryGigabytes: Usage
  /** Beyond the size of the database, up to which AWS charges nothing. */
  readonly databaseBackupGigabytes: Usage
  /** Beyond the one snapshot that AWS keeps for nothing. */
  readonly cacheBackupGigabytes: Usage
  readonly keyTenThousandCalls: Usage
  readonly secretTenThousandCalls: Usage
  /** What Kubernetes makes outside Terraform: the load balancer of the Ingress, the volumes of monitoring and logging. */
  readonly outside: {
    readonly loadBalancers: number
    /** Load balancer capacity units of each, on average. */
    readonly capacityUnits: number
    readonly volumeGigabytes: number
  }
}

const usage = (low: number, expected: number, high: number): Usage => ({ low, expected, high })

/**
 * Planned figures, not measured ones. Prod's expected ones are those behind the documented price sheet (requirements.md,
 * C-1): 1 TB in S3, about 50 USD of transfer, 30 of logs, 5 of images, 100 GB of backups. Replace them by what the bill says.
 */
export const usageOf: Readonly<Record<'dev' | 'staging' | 'prod', UsageFacts>> = {
  dev: {
    nodesAboveMinimum: usage(0, 0, 2),
    spotNodes: usage(0, 0, 4),
    s3Gigabytes: usage(1, 10, 50),
    s3ThousandWrites: usage(1, 20, 100),
    s3ThousandReads: usage(10, 100, 500),
    egressGigabytes: usage(1, 10, 50),
    betweenZonesGigabytes: usage(5, 20, 100),
    natGigabytes: usage(10, 50, 200),
    logGigabytesWritten: usage(2, 10, 40),
    logGigabytesKept: usage(4, 20, 80),
    registryGigabytes: usage(5, 20, 50),
    databaseBackupGigabytes: usage(0, 0, 20),
    cacheBackupGigabytes: usage(0, 0, 5),
    keyTenThousandCalls: usage(1, 5, 20),
    secretTenThousandCalls: usage(1, 1, 5),
    outside: { loadBalancers: 0, capacityUnits: 0, volumeGigabytes: 20 },
  },
  staging: {
    nodesAboveMinimum: usage(0, 0, 2),
    spotNodes: usage(0, 0, 5),
    s3Gigabytes: usage(10, 100, 300),
    s3ThousandWrites: usage(10, 100, 500),
    s3ThousandReads: usage(100, 1000, 5000),
    egressGigabytes: usage(10, 50, 200),
    betweenZonesGigabytes: usage(20, 100, 400),
    natGigabytes: usage(20, 100, 400),
    logGigabytesWritten: usage(5, 20, 80),
    logGigabytesKept: usage(10, 60, 240),
    registryGigabytes: usage(10, 40, 100),
    databaseBackupGigabytes: usage(0, 25, 100),
    cacheBackupGigabytes: usage(0, 3, 12),
    keyTenThousandCalls: usage(2, 20, 100),
    secretTenThousandCalls: usage(1, 3, 10),
    outside: { loadBalancers: 1, capacityUnits: 0.5, volumeGigabytes: 120 },
  },
  prod: {
    nodesAboveMinimum: usage(0, 0, 4),
    spotNodes: usage(0, 0, 6),
    s3Gigabytes: usage(200, 1000, 3000),
    s3ThousandWrites: usage(50, 200, 2000),
    s3ThousandReads: usage(500, 2000, 20_000),
    egressGigabytes: usage(50, 350, 2000),
    betweenZonesGigabytes: usage(100, 450, 2000),
    natGigabytes: usage(50, 200, 1000),
    logGigabytesWritten: usage(10, 48, 200),
    logGigabytesKept: usage(40, 200, 1000),
    registryGigabytes: usage(20, 50, 200),
    databaseBackupGigabytes: usage(0, 100, 400),
    cacheBackupGigabytes: usage(0, 10, 40),
    keyTenThousandCalls: usage(20, 100, 500),
    secretTenThousandCalls: usage(1, 5, 20),
    outside: { loadBalancers: 1, capacityUnits: 2, volumeGigabytes: 350 },
  },
}
