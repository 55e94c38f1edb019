/** A value of a version that only rises, so that an older fill can never replace a newer value. */
export type Versioned<Value> = { readonly version: number; readonly value: Value }

/** Null is remembered too, for a few seconds: many ask for what is not there. */
export type Load<Value> = () => Promise<Versioned<Value> | null>

export type Cached<Value> = {
  readonly value: Value | null
  /** Seconds since it was loaded. */
  readonly ageSeconds: number
}

/** How a value is kept in what processes share. */
export type Codec<Value> = {
  render(value: Value): string
  /** Undefined for what another release wrote and this one cannot read. */
  parse(text: string): Value | undefined
}

/**
 * In this process and, where there is one, in Redis behind it. One load at a time for a key; an expired value is served
 * while it is loaded anew; an entry is dropped everywhere after the commit that changed it.
 */
export type Cache<Value> = {
  get(key: string, load: Load<Value>): Promise<Cached<Value>>
  /** After the commit; `version` is the one committed, and whatever is older can no longer be filled in. Never rejects. */
  drop(key: string, version: number): Promise<void>
  /** Whatever was loaded before can no longer be had: the one change that concerns every key. Never rejects. */
  renew(): Promise<void>
  /** Changes may have been missed. What others keep is their concern; of one's own nothing can be believed. */
  forget(): void
  /**
   * Forgets, and until it is loaded anew believes nothing either that others had loaded by now: they may have missed the
   * same changes. It stays where it is, for them and as a spare.
   */
  doubt(): void
}
