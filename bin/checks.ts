/** What bin/test runs, in this order: cheap and telling first. */
export type Check = {
  readonly name: string
  readonly words: readonly [program: string, ...args: string[]]
  /** Where vitest leaves its counts; a check without a report counts as one. */
  readonly report: string | null
  /** Runs at the same time as the one before it: most of its time it waits. */
  readonly beside?: 'the one before'
}

const fixed = (name: string, ...words: Check['words']): Check => ({ name, words, report: null })

const tests = (project: string): Check => {
  const report = `reports/${project}.json`
  const reporters = ['default', 'json', 'junit', './bin/hooks-reporter.ts'].map((name) => `--reporter=${name}`)
  const outputs = [`--outputFile.json=${report}`, `--outputFile.junit=reports/junit/${project}.xml`]
  // A project may have no test yet.
  return {
    name: project,
    words: ['vitest', 'run', '--project', project, '--passWithNoTests', ...reporters, ...outputs],
    report,
  }
}

export const checks: readonly Check[] = [
  fixed('types', 'tsc'),
  fixed('lint', 'biome', 'check', '.'),
  fixed('arrows', 'npm', 'run', '--silent', 'arrows'),
  tests('unit'),
  tests('integration'),
  tests('chaos'),
  tests('load'),
  tests('e2e'),
  { ...tests('infra'), beside: 'the one before' },
  { ...tests('cluster'), beside: 'the one before' },
]

export type ChosenChecks = { readonly checks: readonly Check[] } | { readonly unknown: string }

/** Each with those that run beside it, in order. */
export const besideEachOther = (all: readonly Check[]): readonly (readonly Check[])[] => {
  const groups: Check[][] = []
  for (const check of all) {
    const last = groups.at(-1)
    if (check.beside === undefined || last === undefined) groups.push([check])
    else last.push(check)
  }
  return groups
}

/** `unit cli/usage` is the part unit for the files below cli/usage; nothing at all is everything. */
export const chooseChecks = (words: readonly string[]): ChosenChecks => {
  const [name, ...rest] = words
  if (name === undefined) return { checks }
  const check = checks.find((one) => one.name === name)
  if (check === undefined) return { unknown: name }
  const [program, ...args] = check.words
  return { checks: [{ ...check, words: [program, ...args, ...rest] }] }
}
