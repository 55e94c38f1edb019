/** A text in the state bucket; `version` is opaque, and a write may name the one that it replaces. */
export type StoredObject = { readonly text: string; readonly version: string }

export type WriteCondition =
  /** Only where there is none yet. */
  'new' | 'whatever-is-there' | { readonly replaces: string }

/** Of the state bucket what shopctl itself keeps there, beside Terraform's states. */
export interface ObjectStore {
  readonly bucket: string
  /** `foreign`: the name is taken by another account, or this one may not look at it. */
  standing(): Promise<'there' | 'missing' | 'foreign'>
  /** Null where there is no such object, or no bucket yet. */
  read(key: string): Promise<StoredObject | null>
  /** The new version, or null where the condition does not hold. */
  write(key: string, object: { readonly text: string; readonly condition: WriteCondition }): Promise<string | null>
  /** Every key that begins so, in the alphabet's order; none where there is no bucket yet. */
  list(prefix: string): Promise<readonly string[]>
}
