export type Difference = {
  readonly address: string
  readonly kind: 'changed' | 'deleted'
  readonly attribute: string | null
  /** In words, secrets masked. */
  readonly expected: string | null
  readonly found: string | null
  /** Exposure first. */
  readonly meaning: 'exposure' | 'data-loss' | 'outage' | 'other'
  /** `infra up` puts it back, or it is not managed here and this removes it. */
  readonly remedy: string
  /** That removes what is not managed here, as it can be pasted. */
  readonly command?: string
  /** Who changed it and when, where CloudTrail can be asked. */
  readonly by: { readonly who: string; readonly when: string; readonly call: string } | null
}

export type DriftReport = {
  readonly outcome: 'none' | 'drift'
  readonly differences: readonly Difference[]
  /** Ours by their tags, but not in the state: left by a run that was killed. */
  readonly untracked: readonly { readonly arn: string }[]
}
