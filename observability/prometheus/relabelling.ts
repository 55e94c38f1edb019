/** One step of Prometheus' `relabel_configs`. Expressions are anchored at both ends. */
export type Relabelling = {
  readonly source_labels?: readonly string[]
  readonly regex?: string
  readonly target_label?: string
  readonly replacement?: string
  readonly action?: 'keep' | 'drop' | 'replace' | 'labelmap'
}

export const keep = (label: string, regex: string): Relabelling => ({ source_labels: [label], regex, action: 'keep' })
export const drop = (label: string, regex: string): Relabelling => ({ source_labels: [label], regex, action: 'drop' })

/** Copies one label into another. */
export const copy = (from: string, to: string): Relabelling => ({ source_labels: [from], target_label: to })

export const constant = (label: string, value: string): Relabelling => ({ target_label: label, replacement: value })
