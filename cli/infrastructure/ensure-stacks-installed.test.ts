import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { scriptedRunner } from '../tools/testing/scripted-runner.ts'
import type { ToolResult } from '../tools/tool-call.ts'
import { ensureStacksInstalled, stackPackages } from './ensure-stacks-installed.ts'

const versions = { cdktf: '0.21.0', '@cdktf/provider-aws': '20.1.0', constructs: '10.6.0' } as const

let repository: string
beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'shopctl-stacks-'))
  write('package.json', JSON.stringify({ version: '1.0.0', devDependencies: { ...versions, vitest: '5.1.1' } }))
  for (const name of stackPackages) write(manifestOf(name), JSON.stringify({ name, version: versions[name] }))
  write('node_modules/.shopctl-ready', 'node_modules/node/bin/node\n1 2\nabc\n')
})
afterEach(() => rmSync(repository, { recursive: true, force: true }))

const manifestOf = (name: string): string => join('node_modules', name, 'package.json')

const write = (file: string, text: string): void => {
  mkdirSync(join(repository, file, '..'), { recursive: true })
  writeFileSync(join(repository, file), text)
}

const setUp = (node = 'node_modules/node/bin/node'): string =>
  `(cd ${repository} && SHOPCTL_INSTALL=infrastructure ${process.execPath} ${repository}/bin/set-up.cjs ${node} --json)`

const ensure = async (planned: readonly { readonly call: string; readonly result?: Partial<ToolResult> }[]) => {
  const said: string[] = []
  const runner = scriptedRunner(planned)
  const { signal } = new AbortController()
  const say = (message: string) => {
    said.push(message)
  }
  await ensureStacksInstalled({ repository, say, signal, run: runner.runTool })
  return { said, left: runner.left() }
}

test('the packages are those that set-up.cjs brings, and package.json pins each of them exactly', () => {
  const root = join(import.meta.dirname, '..', '..')
  expect(createRequire(import.meta.url)(join(root, 'bin/installed.cjs')).infrastructurePackages).toEqual(stackPackages)
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  for (const name of stackPackages) expect(devDependencies[name]).toMatch(/^\d+\.\d+\.\d+$/)
})

test('where all is there nothing is said and no program is started', async () => {
  expect(await ensure([])).toEqual({ said: [], left: [] })
})

test.each([
  ['a package is missing', () => rmSync(join(repository, manifestOf('constructs')))],
  ['a package has another version', () => write(manifestOf('cdktf'), '{"version":"0.20.0"}')],
  ['a manifest was cut off', () => write(manifestOf('@cdktf/provider-aws'), '{"version":"20.')],
  ['an install was cut off', () => write('node_modules/.shopctl-installing', 'infrastructure')],
])('where %s it says once what is fetched and how large, and fetches it', async (_, spoil) => {
  spoil()
  expect(await ensure([{ call: setUp() }])).toEqual({
    said: [
      'fetching cdktf 0.21.0, @cdktf/provider-aws 20.1.0, constructs 10.6.0 into node_modules (36 MB, 380 MB on disk; once)',
    ],
    left: [],
  })
})

test('the Node that shopctl runs with is named, so that the install keeps it', async () => {
  rmSync(join(repository, 'node_modules'), { recursive: true })
  expect(await ensure([{ call: setUp(process.execPath) }])).toMatchObject({ left: [] })
})

test('a refusal of set-up.cjs is refused in its own words', async () => {
  rmSync(join(repository, 'node_modules'), { recursive: true })
  const error = { code: 'OFFLINE', what: 'The registry did not answer.', why: ['npm: ENOTFOUND'], fix: ['npm ping'] }
  const result = { exitCode: 3, stdout: JSON.stringify({ ok: false, error }), stderr: 'as text' }
  await expect(ensure([{ call: setUp(process.execPath), result }])).rejects.toMatchObject({
    outcome: 'refused',
    code: 'OFFLINE',
    message: error.what,
    why: error.why,
    fix: error.fix,
  })
})

test('another end of set-up.cjs is a bug, with what it printed', async () => {
  rmSync(join(repository, 'node_modules'), { recursive: true })
  const result = { exitCode: 1, stderr: 'TypeError: x' }
  await expect(ensure([{ call: setUp(process.execPath), result }])).rejects.toThrow(/exit code 1:\nTypeError: x/)
})

test('an install that somebody else interrupted is told as interrupted', async () => {
  rmSync(join(repository, 'node_modules'), { recursive: true })
  const failing = ensure([{ call: setUp(process.execPath), result: { exitCode: 130 } }])
  await expect(failing).rejects.toMatchObject({ code: 'INTERRUPTED', outcome: 'interrupted' })
})
