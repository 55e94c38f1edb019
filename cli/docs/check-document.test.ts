import { describe, expect, test } from 'vitest'
import { documentFaults } from './check-document.ts'
import { documents, thisRepository } from './testing/this-repository.ts'

const faults = (markdown: string) => documentFaults({ path: 'README.md', markdown }, thisRepository)

describe('what a document says is looked for where it should be', () => {
  test.each([
    ['    bin/shopctl deploy --env local     the whole shop', []],
    ['    bin/shopctl deploy --env local --quick', ['README.md:1 "bin/shopctl deploy --env local --quick": ']],
    ['```sh\nshopctl deploy\n```', ['README.md:2 "shopctl deploy": ']],
    ['say `shopctl rollbak --env prod`', ['README.md:1 "shopctl rollbak --env prod": ']],
    ['`shopctl infra status|outputs --env dev`', ['README.md:1 "shopctl infra status|outputs --env dev": ']],
    [
      '| an empty panel | `shopctl observability preview --env local` |',
      ['README.md:1 "shopctl observability preview --env local": '],
    ],
    ['`shopctl rollback` goes back, `shopctl infra …` builds', []],
    ['`npm run arrows`, `npm run bows`', ['README.md:1 package.json has no script "bows"']],
    ['[flows](cli/flows) and [more](cli/flaws/up.ts)', ['README.md:1 the link leads nowhere: cli/flaws/up.ts']],
    ['`cli/flows/deploy.ts`, `steps.ts`, `cli/flows/depoy.ts`', ['README.md:1 there is no cli/flows/depoy.ts']],
    ['set SHOPCTL_STATE_DIR, not SHOPCTL_STATES_DIR', ['README.md:1 no source knows SHOPCTL_STATES_DIR']],
  ])('%s', async (markdown, wanted) => {
    const found = await faults(markdown)
    expect(found).toEqual(wanted.map((start) => expect.stringContaining(start)))
  })
})

test.each(documents)('$path speaks of commands, flags, paths and variables that are there', async (document) => {
  expect(await documentFaults(document, thisRepository)).toEqual([])
})
