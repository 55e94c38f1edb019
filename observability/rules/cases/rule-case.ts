import type { AlertRule } from '../rule.ts'

/** A series as promtool writes it, one value every 15 s: `0+10x40` is 0, 10, 20 … 400. */
export type InputSeries = { readonly series: string; readonly values: string }

/** Labels beside those that the rule adds, and what `$value` is as the rule formats it. */
export type FiringAlert = { readonly labels: Readonly<Record<string, string>>; readonly value: string }

export type RuleCheck = {
  readonly alert: AlertRule['alert']
  /** Null: two minutes after its time to fire. */
  readonly atSeconds: number | null
  /** All of this name that fire then; none: it must not. */
  readonly firing: readonly FiringAlert[]
}

/** What an expression over recorded series answers; none: it has no answer. */
export type ValueCheck = {
  readonly expr: string
  readonly atSeconds: number
  readonly values: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]
}

/** What goes in, and which alerts and values come out. */
export type RuleCase = {
  readonly title: string
  readonly series: readonly InputSeries[]
  readonly checks: readonly RuleCheck[]
  readonly values?: readonly ValueCheck[]
}

export const stepSeconds = 15

/** `constant(3)` and `growing(10)` for the quarter of an hour that a case lasts. */
const steps = 80
export const constant = (value: number): string => `${value}x${steps}`
export const growing = (perStep: number): string => `0+${perStep}x${steps}`

type Values = { readonly labels: Readonly<Record<string, string>>; readonly values: string }

export const labelSet = (labels: Readonly<Record<string, string>>): string =>
  `{${Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(',')}}`

export const series = (name: string, { labels, values }: Values): InputSeries => ({
  series: `${name}${labelSet(labels)}`,
  values,
})

export const silent = (alert: string, atSeconds: number | null = null): RuleCheck => ({
  alert,
  atSeconds,
  firing: [],
})

type Firing = FiringAlert & { readonly atSeconds?: number | null }

export const fires = (alert: string, { atSeconds = null, ...firing }: Firing): RuleCheck => ({
  alert,
  atSeconds,
  firing: [firing],
})
