/** One thing that shopctl needs (`missing`), or is better with (`without`: the shop runs, less well). */
export type Finding = {
  readonly name: string
  readonly state: 'fine' | 'without' | 'missing'
  readonly found: string
  /** What to type; null where nothing is to be done. */
  readonly fix: string | null
}
