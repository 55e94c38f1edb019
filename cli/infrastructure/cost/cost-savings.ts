import type { CostLine, Saving } from '../cost-estimate.ts'
import { documentedFigure, documentedTotal } from './cost-sheet.ts'
import { inDollars } from './money.ts'

/** requirements.md, C-4: shares that were documented, not found out here. */
const shares = { rightSizing: 0.2, reserved: 0.4, tiering: 0.15, spot: 0.3 } as const

type Base = {
  readonly database: number
  readonly cache: number
  readonly objects: number
  readonly nodes: number
  /** All that is paid now. */
  readonly total: number
}

type Step = {
  readonly kind: 'always' | 'nodes reserved' | 'nodes on spot'
  readonly name: string
  readonly of: number
  /** `of` in words where it is not one figure. */
  readonly ofWords?: string
  readonly share: number
}

const saved = ({ of, share }: Step): number => of * share

const stepsFrom = ({ database, cache, objects, nodes }: Base): readonly Step[] => {
  const left = database * (1 - shares.rightSizing)
  const leftWords = `(${inDollars(database)} - ${inDollars(database - left)})`
  const steps: readonly Step[] = [
    { kind: 'always', name: 'a smaller database, after watching it', of: database, share: shares.rightSizing },
    { kind: 'always', name: 'the database reserved', of: left, ofWords: leftWords, share: shares.reserved },
    { kind: 'always', name: 'the cache reserved', of: cache, share: shares.reserved },
    { kind: 'always', name: 'S3 Intelligent-Tiering', of: objects, share: shares.tiering },
    { kind: 'nodes reserved', name: 'nodes reserved', of: nodes, share: shares.reserved },
    { kind: 'nodes on spot', name: 'or nodes on spot', of: nodes, share: shares.spot },
  ]
  return steps.filter(({ of }) => of > 0)
}

const stepInWords = (step: Step): string =>
  `${step.ofWords ?? inDollars(step.of)} × ${Math.round(step.share * 100)} % = ${inDollars(saved(step))}`

/** The same nodes cannot be both: reserved capacity is paid for whether it runs or not. */
const allTogether = (name: string, base: Base, nodes: 'nodes reserved' | 'nodes on spot'): Saving => {
  const steps = stepsFrom(base).filter(({ kind }) => kind === 'always' || kind === nodes)
  const monthly = steps.reduce((sum, step) => sum + saved(step), 0)
  const terms = steps.map((step) => inDollars(saved(step))).join(' - ')
  return {
    name: `${name}, ${nodes}`,
    monthly,
    arithmetic: `${inDollars(base.total)} - ${terms} = ${inDollars(base.total - monthly)}`,
  }
}

const documentedBase = (): Base => ({
  database: documentedFigure('PostgreSQL Multi-AZ'),
  cache: documentedFigure('Redis'),
  objects: documentedFigure('S3 standard 1 TB'),
  nodes: documentedFigure('3 × t3.large'),
  total: documentedTotal,
})

type Spending = {
  readonly fixed: readonly CostLine[]
  readonly usage: readonly CostLine[]
  /** Whether the documented sheet speaks of this installation. */
  readonly sheet: 'applies' | 'does not'
}

/** What could be saved, on what was computed and, where it applies, on the documented sheet. */
export const costSavings = ({ fixed, usage, sheet }: Spending): readonly Saving[] => {
  const lines = [...fixed, ...usage]
  const of = (from: readonly CostLine[], item: string) =>
    from.filter((line) => line.item === item).reduce((sum, { monthly }) => sum + monthly, 0)
  const base = {
    database: of(fixed, 'database'),
    cache: of(fixed, 'cache'),
    objects: of(usage, 'objects'),
    nodes: of(fixed, 'nodes'),
    total: lines.reduce((sum, { monthly }) => sum + monthly, 0),
  }
  const steps = stepsFrom(base)
  if (steps.length === 0) return []
  const documented = documentedBase()
  return [
    ...steps.map((step) => ({ name: step.name, monthly: saved(step), arithmetic: stepInWords(step) })),
    allTogether('all of it', base, 'nodes reserved'),
    allTogether('all of it', base, 'nodes on spot'),
    ...(sheet === 'applies'
      ? [
          allTogether('on the sheet', documented, 'nodes reserved'),
          allTogether('on the sheet', documented, 'nodes on spot'),
        ]
      : []),
  ]
}
