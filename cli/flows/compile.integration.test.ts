import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { compileView } from '../output/views/compile-view.ts'
import { compile } from './compile.ts'
import { failureOf } from './testing/failure-of.ts'

const repository = join(import.meta.dirname, '..', '..')
let root = ''

const save = async (path: string, text: string): Promise<void> => {
  await mkdir(join(root, path, '..'), { recursive: true })
  await writeFile(join(root, path), text)
}
const request = () => ({ repository: root, variables: {}, services: ['first', 'second'] })

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'shopctl compile '))
  await symlink(join(repository, 'node_modules'), join(root, 'node_modules'))
  await save('package.json', '{"type":"module"}')
  await save('services/kit/shared.ts', "export const shared: string = 'shared'\n")
  for (const service of ['first', 'second']) {
    await save(
      `services/${service}/main.ts`,
      "import { shared } from '../kit/shared.ts'\nprocess.stdout.write(shared)\n",
    )
  }
})

afterEach(() => rm(root, { recursive: true }))

test('every service is bundled and told with its size and its whole digest', async () => {
  const result = await compile(request())
  expect(result.bundles.map(({ service, cached }) => [service, cached])).toEqual([
    ['first', false],
    ['second', false],
  ])
  expect(compileView(result, null)).toMatch(/^first +\d+ {2}sha256:[0-9a-f]{64} {2}built$/m)
})

test('faults of all services come in one run, with file and line, and a shared one once', async () => {
  await save('services/kit/shared.ts', 'export const shared = \n')
  await save('services/second/main.ts', "import { shared } from '../kit/shared.ts'\nimport './gone.ts'\nshared\n")
  const failure = await failureOf(compile(request()))
  expect(failure).toMatchObject({ code: 'COMPILE_FAILED', outcome: 'check-failed', exitCode: 5 })
  expect(failure.message).toBe('first, second did not compile; nothing was changed.')
  expect(failure.why).toHaveLength(2)
  expect(failure.why).toContainEqual(expect.stringMatching(/^services\/kit\/shared\.ts:\d+: Unexpected /))
  expect(failure.why).toContainEqual(expect.stringMatching(/^services\/second\/main\.ts:2: Could not resolve/))
})

test('a service without a source is no fault of ours to hide: esbuild says what is missing', async () => {
  const failure = await failureOf(compile({ ...request(), services: ['first', 'nowhere'] }))
  expect(failure.message).toContain('nowhere did not compile')
  expect(failure.why.join()).toContain('services/nowhere/main.ts')
})
