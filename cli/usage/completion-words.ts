/** What a shell may offer: each command with its flags, and the values of the flags and arguments that have a list. */
export type CompletionCommand = {
  /** `history show`. */
  readonly name: string
  readonly summary: string
  readonly flags: readonly { readonly name: string; readonly summary: string; readonly values: readonly string[] }[]
  /** Values of the first argument. */
  readonly values: readonly string[]
}

type DeclaredFlag = {
  readonly summary?: string | undefined
  readonly hidden?: boolean | undefined
  readonly options?: readonly string[] | undefined
}

export type DeclaredCommand = {
  readonly id: string
  readonly summary?: string | undefined
  readonly hidden?: boolean | undefined
  readonly flags: Readonly<Record<string, DeclaredFlag>>
  readonly args: Readonly<Record<string, { readonly options?: readonly string[] | undefined }>>
}

/**
 * Values that oclif does not know, because a refusal has to say more than oclif would: by the flag's or argument's name,
 * or by `release promote --to` where a flag means something else in other commands.
 */
export type KnownValues = Readonly<Record<string, readonly string[]>>

export const completionWords = (
  commands: readonly DeclaredCommand[],
  known: KnownValues,
): readonly CompletionCommand[] =>
  commands
    .filter(({ hidden }) => hidden !== true)
    .map(({ id, summary = '', flags, args }) => {
      const [argument] = Object.entries(args)
      const words = id.replaceAll(':', ' ')
      const shown = Object.entries(flags).filter(([, flag]) => flag.hidden !== true)
      return {
        name: words,
        summary,
        flags: shown
          .map(([name, flag]) => ({
            name,
            summary: flag.summary ?? '',
            values: flag.options ?? known[`${words} --${name}`] ?? known[name] ?? [],
          }))
          .sort((left, right) => left.name.localeCompare(right.name)),
        values: argument === undefined ? [] : (argument[1].options ?? known[argument[0]] ?? []),
      }
    })
