import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { environmentNames, environments } from '../../../stacks/environments.ts'
import { renderAll } from './render.ts'

const all = environmentNames.map((name) => environments[name])

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shopctl-render-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('every environment gets its files, the same at every run', async () => {
  const first = await renderAll({ environments: all, folder: join(folder, 'first') })
  const second = await renderAll({ environments: all, folder: join(folder, 'second') })
  expect(first.environments.map(({ environment }) => environment)).toEqual(environmentNames)
  for (const [index, { folder: place, files }] of first.environments.entries()) {
    expect(files.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        'prometheus/prometheus.yml',
        'prometheus/rules/alerts.yml',
        'alertmanager/alertmanager.yml',
      ]),
    )
    for (const { path } of files) {
      const again = join(second.environments[index]?.folder ?? '', path)
      expect(await readFile(again, 'utf8')).toBe(await readFile(join(place, path), 'utf8'))
    }
  }
})

test('environments of one cluster are watched by one Prometheus, each from its own files', async () => {
  const { environments: rendered } = await renderAll({ environments: all, folder })
  const configOf = (name: string) =>
    readFile(
      join(rendered.find(({ environment }) => environment === name)?.folder ?? '', 'prometheus/prometheus.yml'),
      'utf8',
    )
  expect(await configOf('prod')).toMatch(/- ecommerce-prod\n +- ecommerce-staging/)
  expect(await configOf('staging')).toMatch(/- ecommerce-staging\n +- ecommerce-prod/)
  expect(await configOf('dev')).not.toMatch(/ecommerce-(prod|staging)/)
})

test('a folder that cannot be written is refused by its name', async () => {
  const file = join(folder, 'a-file')
  await writeFile(file, '')
  await expect(renderAll({ environments: [environments.local], folder: file })).rejects.toMatchObject({
    code: 'OUTPUT_NOT_WRITABLE',
    outcome: 'refused',
    message: expect.stringContaining(file),
  })
})

test.skipIf(process.platform !== 'linux')('a place that takes no folders is refused at once', async () => {
  await expect(renderAll({ environments: [environments.local], folder: '/proc/x' })).rejects.toMatchObject({
    code: 'OUTPUT_NOT_WRITABLE',
    outcome: 'refused',
    why: [expect.stringContaining('/proc/x')],
    fix: ['shopctl observability render'],
  })
})
