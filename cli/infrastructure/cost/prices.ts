import type { Price } from './price.ts'

/** From where the figures are; `memory` alone is not verified. None of them was asked of AWS itself. */
const sources = {
  costTool: 'reference outputs of a public cost tool',
  articles: 'public price articles of 2026 that quote AWS',
  memory: 'memory: check it against AWS',
} as const

type Figure = readonly [sku: string, unit: Price['unit'], price: number]

const recordedFrom = (source: keyof typeof sources, figures: readonly Figure[]): readonly Price[] =>
  figures.map(([name, unit, price]) => {
    const [service = '', ...sku] = name.split('/')
    return {
      service,
      sku: sku.join('/'),
      region: 'us-east-1',
      unit,
      price,
      recorded: '2026-11-22',
      source: sources[source],
      verified: source !== 'memory',
    }
  })

/** Offline on purpose: an estimate must not need an account. What is not here is unpriced, never nothing. */
export const prices: readonly Price[] = [
  ...recordedFrom('costTool', [
    ['eks/cluster', 'h', 0.1],
    ['eks/cluster in extended support', 'h', 0.6],
    ['nat/gateway', 'h', 0.045],
    ['nat/traffic', 'GB', 0.045],
    ['ec2/t3.medium', 'h', 0.0416],
    ['ec2/t3.large', 'h', 0.0832],
    ['ec2/m5.large', 'h', 0.096],
    ['ebs/gp3', 'GB-month', 0.08],
    ['rds-storage/gp3 single-AZ', 'GB-month', 0.115],
    ['rds-storage/gp3 Multi-AZ', 'GB-month', 0.23],
    ['rds-backup/storage', 'GB-month', 0.095],
    ['cache-backup/storage', 'GB-month', 0.085],
    ['s3/standard', 'GB-month', 0.023],
    ['s3/writes', '1k calls', 0.005],
    ['s3/reads', '1k calls', 0.0004],
    ['kms/key', 'month', 1],
    ['kms/calls', '10k calls', 0.03],
    ['secrets/secret', 'month', 0.4],
    ['secrets/calls', '10k calls', 0.05],
    ['ecr/storage', 'GB-month', 0.1],
    ['logs/written', 'GB', 0.5],
    ['logs/kept', 'GB-month', 0.03],
    ['alb/load balancer', 'h', 0.0225],
    ['alb/capacity unit', 'h', 0.008],
    ['endpoint/interface', 'h', 0.01],
    ['endpoint/traffic', 'GB', 0.01],
    ['ipv4/address', 'h', 0.005],
  ]),
  ...recordedFrom('articles', [
    ['rds/db.t4g.medium single-AZ', 'h', 0.065],
    ['rds/db.t4g.medium Multi-AZ', 'h', 0.13],
  ]),
  ...recordedFrom('memory', [
    ['rds/db.r6g.xlarge single-AZ', 'h', 0.45],
    ['rds/db.r6g.xlarge Multi-AZ', 'h', 0.9],
    ['cache/cache.r6g.large', 'h', 0.206],
    ['transfer/out of AWS', 'GB', 0.09],
    ['transfer/between zones, each way', 'GB', 0.01],
  ]),
]
