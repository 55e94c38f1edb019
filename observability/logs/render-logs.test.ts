import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { logFields } from './log-fields.ts'
import { renderLogs } from './render-logs.ts'

const kubernetes = (namespace: string) =>
  renderLogs({ environment: 'staging', discovery: { kind: 'kubernetes', namespace } })
const files = kubernetes('ecommerce-staging')
const textOf = (name: string): string => files.find(({ path }) => path === `logs/${name}`)?.text ?? ''

// To rewrite them: vitest run --project unit observability/logs -u
test.each(files.map(({ path }) => path))('%s is rendered as its golden file says', async (path) => {
  const name = path.replace('logs/', '')
  await expect(textOf(name)).toMatchFileSnapshot(`golden/${name}`)
})

test('all environments of a cluster are given the same pipeline, another namespace one of its own', () => {
  expect(kubernetes('ecommerce-prod')).toEqual(files)
  const other = kubernetes('shop-test-7')
    .map(({ text }) => text)
    .join('\n')
  expect(other).toContain('/var/log/containers/*_shop-test-7_*.log')
  expect(other).not.toContain('ecommerce')
})

test('the local platform, whose logs are files, is given none', () => {
  const discovery = { kind: 'local', targetsFile: '', prometheus: '', alertmanager: '', webhookUrl: '' } as const
  expect(renderLogs({ environment: 'local', discovery })).toEqual([])
})

test('Filebeat goes on where Logstash lets it, and forgets no file that was not read to its end', () => {
  const settings = z.record(z.string(), z.unknown()).parse(parse(textOf('filebeat.yml')))
  expect(settings['filebeat.inputs']).toMatchObject([
    { type: 'filestream', 'close.on_state_change.removed': false, clean_removed: false },
  ])
  expect(settings['output.logstash']).toMatchObject({ hosts: ['logstash:5044'] })
})

const braces = (text: string): readonly number[] => {
  const bare = text.replaceAll(/=~ \/.*\/(?=\)? \{$)|"[^"\n]*"/gm, '')
  return [bare.split('{').length, bare.split('}').length]
}

test('the pipeline’s text closes what it opens, and has no escape in a text, which Logstash does not know', () => {
  const text = textOf('logstash.conf')
  const [opened, closed] = braces(text)
  expect(opened).toBe(closed)
  const ruby = /code => '[^']*'/g
  expect(text.replaceAll(ruby, '').match(/"[^"\n]*\\[^"\n]*"/g)).toBeNull()
  expect(text).toContain('index => "logs-%{[namespace]}-%{+YYYY.MM.dd}"')
})

const objectSchema = z.object({
  id: z.string(),
  type: z.enum(['index-pattern', 'search', 'dashboard']),
  attributes: z.looseObject({ title: z.string(), panelsJSON: z.string().optional() }),
  references: z.array(z.object({ type: z.string(), id: z.string(), name: z.string() })),
})
const objects = textOf('kibana.ndjson')
  .trimEnd()
  .split('\n')
  .map((line) => objectSchema.parse(JSON.parse(line)))

test('whatever a saved object refers to was imported before it', () => {
  const before = new Set<string>()
  for (const { id, type, references } of objects) {
    for (const reference of references) expect(before).toContain(`${reference.type} ${reference.id}`)
    before.add(`${type} ${id}`)
  }
})

const panelSchema = z.object({
  panelIndex: z.string(),
  panelRefName: z.string().optional(),
  gridData: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int(), i: z.string() }),
})

test('a dashboard’s panels have their references, and none covers another', () => {
  for (const { attributes, references } of objects.filter(({ type }) => type === 'dashboard')) {
    const panels = z.array(panelSchema).parse(JSON.parse(attributes.panelsJSON ?? '[]'))
    expect(panels).toHaveLength(references.length)
    for (const { panelIndex, panelRefName = 'indexpattern-datasource-layer-lines' } of panels) {
      expect(references.map(({ name }) => name)).toContain(`${panelIndex}:${panelRefName}`)
    }
    const cells = panels.flatMap(({ gridData: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)} ${y + Math.floor(index / w)}`),
    )
    expect(new Set(cells).size).toBe(cells.length)
  }
})

test('what is searched, counted and shown are fields that the index has', () => {
  const template = textOf('index-template.json')
  const text = textOf('kibana.ndjson')
  const used = [
    ...[...text.matchAll(/sourceField\\":\\"([^"\\]+)/g)].map(([, name = '']) => name),
    ...objects.flatMap(({ attributes }) => z.array(z.string()).catch([]).parse(attributes.columns)),
    ...[...text.matchAll(/([a-z_.]+): (?:\(|\*|\\)/g)].map(([, name = '']) => name),
  ].filter((name) => name !== '___records___')
  expect(used.length).toBeGreaterThan(30)
  const lacking = used.filter((name) => !name.split('.').every((part) => template.includes(`"${part}": {`)))
  expect(lacking).toEqual([])
  expect(logFields.every(({ name }) => template.includes(`"${name}": {`))).toBe(true)
})
