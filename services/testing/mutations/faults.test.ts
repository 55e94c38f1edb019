import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { idsOfTitles } from '../../kit/acceptance-ids.ts'
import { broken } from './fault.ts'
import { faults } from './faults.ts'

const textOf = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')

test.each(faults)('the code is still what this fault was made for: $name', ({ edits, files, ids }) => {
  for (const edit of edits) expect(broken(textOf(edit.file), edit)).not.toBe(textOf(edit.file))
  const titled = files.flatMap((file) => idsOfTitles(textOf(file)))
  expect(titled.some((id) => ids.includes(id))).toBe(true)
})
