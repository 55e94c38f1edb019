/** A row of a README's table of what is accepted. */
export type AcceptedRow = { readonly id: string; readonly sentence: string; readonly notNow: string }

export type IdVerdict = {
  /** Rows that need a test and have none. */
  readonly untested: readonly string[]
  /** Title starts that look like an id and are in no table. */
  readonly unknown: readonly string[]
  /** Ids that two rows claim. */
  readonly twice: readonly string[]
}

const idPattern = '[ACEOXG]\\d+(?:\\.\\w+)?'
const rowPattern = new RegExp(`^\\| (${idPattern}) \\| ([^|]+) \\| ?([^|]*)\\|$`)

/** The rows whose first cell is an id. */
export function parseAcceptedRows(markdown: string): readonly AcceptedRow[] {
  return markdown.split('\n').flatMap((line) => {
    const [, id, sentence, notNow] = rowPattern.exec(line) ?? []
    if (id === undefined || sentence === undefined || notNow === undefined) return []
    return [{ id, sentence: sentence.trim(), notNow: notNow.trim() }]
  })
}

/** `test('A34 A38: …` is a title with two ids; so is one after `test.each(…)(`. Of a text elsewhere nothing is run. */
const titlePattern = /(?:\b(?:test|describe)|\))\(\s*['"`]((?:[ACEOXG]\d[\w.]* )*[ACEOXG]\d[\w.]*): /g

export function idsOfTitles(source: string): readonly string[] {
  return [...source.matchAll(titlePattern)].flatMap(([, ids]) => ids?.split(' ') ?? [])
}

/** Calls that count as tests and show nothing; `skipIf` says in its title what is missing. */
const notRunPattern = /\b(?:test|it|describe|suite)(?:\.\w+)*\.(?:skip|todo|fails|only)\b/g

export function callsNotRun(source: string): readonly string[] {
  return [...source.matchAll(notRunPattern)].map(([call]) => call)
}

export function idVerdict(rows: readonly AcceptedRow[], tested: ReadonlySet<string>): IdVerdict {
  const ids = rows.map(({ id }) => id)
  const known = new Set(ids)
  return {
    untested: rows.filter(({ id, notNow }) => notNow === '' && !tested.has(id)).map(({ id }) => id),
    unknown: [...tested].filter((id) => !known.has(id)),
    twice: ids.filter((id, index) => ids.indexOf(id) !== index),
  }
}
