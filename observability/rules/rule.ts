export type RecordingRule = {
  readonly record: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
}

/** `critical` wakes somebody, `warning` waits for the morning, `business` is for who runs the shop, `none` for machines. */
export type Severity = 'critical' | 'warning' | 'business' | 'none'

export type AlertRule = {
  readonly alert: string
  readonly expr: string
  /** How long it has to hold without a gap. */
  readonly forSeconds: number
  readonly severity: Severity
  /** Beside those of the expression. */
  readonly labels?: Readonly<Record<string, string>>
  /** One line, what is wrong. May hold Prometheus' own `{{ … }}`. */
  readonly summary: string
  /** What that means, with figures. */
  readonly description: string
}

export type RuleGroup = {
  readonly name: string
  /** Null: as often as everything else. */
  readonly intervalSeconds: number | null
  readonly rules: readonly (RecordingRule | AlertRule)[]
}

export const isAlert = (rule: RecordingRule | AlertRule): rule is AlertRule => 'alert' in rule
