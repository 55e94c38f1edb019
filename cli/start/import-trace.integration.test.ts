import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runTool } from '../tools/run-tool.ts'
import { repository } from './testing/copied-tree.ts'

let state: string
beforeAll(() => {
  state = mkdtempSync(join(tmpdir(), 'shopctl-trace-'))
})
afterAll(() => rmSync(state, { recursive: true, force: true }))

/** What each program of a run loaded of cdktf and its bindings. */
const loadedBy = async (args: readonly string[]): Promise<readonly unknown[]> => {
  const trace = join(state, 'trace')
  writeFileSync(trace, '')
  const env = {
    NODE_OPTIONS: `--require "${join(import.meta.dirname, 'testing', 'trace-stack-packages.cjs')}"`,
    TRACE_FILE: trace,
    SHOPCTL_STATE_DIR: state,
    // As the launcher says it.
    SHOPCTL_SET_UP: 'done',
  }
  const call = { program: process.execPath, args, env, cwd: repository, timeoutSeconds: 30 }
  expect(await runTool(call, new AbortController().signal)).toMatchObject({ exitCode: 0, stderr: '' })
  const lines = readFileSync(trace, 'utf8').trim().split('\n')
  return lines.map((line): unknown => JSON.parse(line))
}

test('the trace sees what is loaded', async () => {
  const [loaded] = await loadedBy(['--eval', "require('cdktf')"])
  expect(loaded).toContainEqual(expect.stringContaining('/node_modules/constructs/'))
})

// The first builds the bundle, and for the help texts loads every command there is.
test.each(['help exit-codes --json', '--version', 'deploy --help', 'history --env local'])(
  'F2: `shopctl %s` never loads cdktf',
  async (words) => {
    const start = join(repository, 'cli', 'start', 'start.cjs')
    expect(await loadedBy([start, ...words.split(' ')])).toEqual([[]])
  },
)
