import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { renderYaml } from './render-yaml.ts'

const object = {
  data: { answer: 'no', number: '042', time: '12:30', empty: '', lines: 'a\nb\n', long: 'word '.repeat(60) },
  metadata: { name: 'words' },
  kind: 'ConfigMap',
  apiVersion: 'v1',
}
const read = (text: string, version: '1.1' | '1.2') => parseAllDocuments(text, { version }).map((each) => each.toJS())

test('every text comes back as it was, to readers of both versions of YAML', () => {
  const text = renderYaml([object, object])
  expect(read(text, '1.1')).toEqual([object, object])
  expect(read(text, '1.2')).toEqual([object, object])
})

test('what a thing is stands above what is in it, and nothing is said by reference', () => {
  const shared = { a: '1' }
  const text = renderYaml([{ ...object, data: { first: shared, second: shared } }])
  expect(text).toMatch(/^---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n {2}name: words\n/)
  expect(text).not.toMatch(/[&*]a/)
})
