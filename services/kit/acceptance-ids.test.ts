import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { callsNotRun, idsOfTitles, idVerdict, parseAcceptedRows } from './acceptance-ids.ts'

/** The repository; a README of a service and its tests stand together. */
const root = new URL('../../', import.meta.url)
const textOf = (path: string) => readFileSync(new URL(path, root), 'utf8')

/** Their tests are being written. Empty before a release. */
const inWork: ReadonlySet<string> = new Set([])

const tables = ['users', 'catalog', 'orders', 'kit'].map((folder) => `services/${folder}/README.md`)
const suites = '{bin,services,loadtest,cli,manifests}/**/*.ts'
/** Also contracts, whose cases are told once and run by the tests of each implementation. */
const isSuite = (text: string) => text.includes("from 'vitest'")
const own = 'services/kit/acceptance-ids.test.ts'

const suiteTexts = () =>
  globSync(suites, { cwd: root })
    .filter((path) => path !== own && !path.includes('node_modules'))
    .map((path) => ({ path, text: textOf(path) }))
    .filter(({ text }) => isSuite(text))

test('every accepted rule has a test, and every id in a title is a rule', () => {
  const rows = tables.flatMap((path) => parseAcceptedRows(textOf(path)))
  const tested = new Set(suiteTexts().flatMap(({ text }) => idsOfTitles(text)))
  const { untested, unknown, twice } = idVerdict(rows, tested)
  expect({ untested: untested.filter((id) => !inWork.has(id)), unknown, twice }).toEqual({
    untested: [],
    unknown: [],
    twice: [],
  })
  expect(rows.length).toBeGreaterThan(120)
})

test('no suite with a rule in it leaves a test for later, or out', () => {
  const left = suiteTexts().filter(({ text }) => idsOfTitles(text).length > 0 && callsNotRun(text).length > 0)
  expect(left.map(({ path, text }) => [path, callsNotRun(text)])).toEqual([])
})

test('a rule that is not for now says why', () => {
  const rows = tables.flatMap((path) => parseAcceptedRows(textOf(path)))
  for (const { id, notNow } of rows)
    expect([id, notNow]).toEqual([id, expect.stringMatching(/^$|^(later|dropped): \S+/)])
})

const table = ['| id | what holds | not now |', '|---|---|---|', '| A1 | One | |', '| C1.T2 | Two | later: because |']

test('rows are read with their ids, and nothing else is', () => {
  expect(parseAcceptedRows([...table, '| to understand | read |', '| AB | no | |'].join('\n'))).toEqual([
    { id: 'A1', sentence: 'One', notNow: '' },
    { id: 'C1.T2', sentence: 'Two', notNow: 'later: because' },
  ])
})

test('an id without a test is red, and so is a title of an unknown one', () => {
  const rows = parseAcceptedRows([...table, '| A2 | Three | |', '| A2 | Again | |'].join('\n'))
  const titles = [
    ...[
      "test('A1 C1.T2: both', …)",
      'test.each([])(`A9b: %s`, …)',
      "expect('A3 is no title')",
      "const said = 'A4: no'",
    ],
    // What is not run is no test, whatever its title says.
    ...["test.skip('A5: later', …)", "test.todo('A6: later')", "// run('A7: by nobody')"],
  ].join('\n')
  expect(idsOfTitles(titles)).toEqual(['A1', 'C1.T2', 'A9b'])
  expect(idVerdict(rows, new Set(idsOfTitles(titles)))).toEqual({
    untested: ['A2', 'A2'],
    unknown: ['A9b'],
    twice: ['A2'],
  })
})

test.each(['test.skip', 'test.todo', 'test.only', 'test.fails', 'it.skip', 'describe.skip', 'test.concurrent.skip'])(
  '%s is found',
  (call) => {
    expect(callsNotRun(`${call}('A1: later', …)`)).toEqual([call])
    expect(callsNotRun("test.skipIf(noRedis)(title, …)  test.each([])('a', …)")).toEqual([])
  },
)
