export type Edit = {
  /** From `services/`. */
  readonly file: string
  /** Is there exactly once. */
  readonly search: string
  readonly replacement: string
}

/** A rule that is broken on purpose, and the cases that must notice. */
export type Fault = {
  readonly name: string
  readonly edits: readonly Edit[]
  readonly project: 'unit' | 'integration' | 'chaos'
  /** Test files, from `services/`. */
  readonly files: readonly string[]
  /** Of the cases in those files of which at least one has to turn red. */
  readonly ids: readonly string[]
}

/** The text with the fault in it. Throws where the code is no longer what the fault was made for. */
export function broken(text: string, { file, search, replacement }: Edit): string {
  const places = text.split(search).length - 1
  if (places !== 1) throw new Error(`${file} has ${places} places for the fault, not one: ${search}`)
  return text.replace(search, () => replacement)
}
