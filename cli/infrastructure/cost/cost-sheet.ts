import type { CostLine, SheetRow } from '../cost-estimate.ts'

type Parts = {
  readonly fixed: readonly CostLine[]
  readonly usage: readonly CostLine[]
  readonly outside: readonly CostLine[]
}

type DocumentedRow = Omit<SheetRow, 'computed' | 'verified'> & {
  readonly covers: RegExp
  readonly where: 'terraform' | 'outside'
}

const row = (group: string, item: string, documented: number, covers: RegExp): DocumentedRow => ({
  group,
  item,
  documented,
  covers,
  where: 'terraform',
})

/** requirements.md, C-1: what prod was said to cost, in USD a month, and by which prices that is computed here. */
const documentedSheet: readonly DocumentedRow[] = [
  row('compute', 'EKS control plane', 73, /^eks\//),
  row('compute', '3 × t3.large', 300, /^(ec2|ebs)\//),
  row('database', 'PostgreSQL Multi-AZ', 450, /^rds(-storage)?\//),
  row('database', 'backup storage', 20, /^rds-backup\//),
  row('cache', 'Redis', 180, /^cache(-backup)?\//),
  row('storage', 'S3 standard 1 TB', 23, /^s3\//),
  row('storage', 'data transfer', 50, /^(transfer\/|nat\/traffic)/),
  row('network', '3 NAT gateways', 97, /^nat\/gateway/),
  { ...row('network', 'load balancers', 60, /^(alb|ipv4)\//), where: 'outside' },
  row('other', 'CloudWatch Logs', 30, /^logs\//),
  row('other', 'Secrets Manager', 10, /^secrets\//),
  row('other', 'ECR', 5, /^ecr\//),
]

const computedFrom = (lines: readonly CostLine[]): Pick<SheetRow, 'computed' | 'verified'> => ({
  computed: lines.reduce((total, { monthly }) => total + monthly, 0),
  verified: lines.every(({ verified }) => verified),
})

/** The sheet beside what was computed, what is not on the sheet, and the sums of both. */
export const costSheet = ({ fixed, usage, outside }: Parts): readonly SheetRow[] => {
  const lines = { terraform: [...fixed, ...usage], outside }
  const notOn = (where: DocumentedRow['where']) =>
    lines[where].filter(({ sku }) => !documentedSheet.some((one) => one.where === where && one.covers.test(sku)))
  return [
    ...documentedSheet.map(({ covers, where, ...documented }) => ({
      ...documented,
      ...computedFrom(lines[where].filter(({ sku }) => covers.test(sku))),
    })),
    { group: 'not on it', item: 'keys, addresses and the rest', documented: 0, ...computedFrom(notOn('terraform')) },
    { group: 'not on it', item: 'made by Kubernetes', documented: 0, ...computedFrom(notOn('outside')) },
    {
      group: 'all',
      item: '',
      documented: documentedTotal,
      ...computedFrom([...lines.terraform, ...outside]),
    },
  ]
}

export const documentedTotal = documentedSheet.reduce((total, { documented }) => total + documented, 0)

/** A figure of the sheet, for what is reckoned from it. */
export const documentedFigure = (item: string): number =>
  documentedSheet.find((one) => one.item === item)?.documented ?? 0
