import { appendFileSync, chmodSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type CopiedTree, copyTree } from './testing/copied-tree.ts'

let tree: CopiedTree
beforeEach(() => {
  tree = copyTree()
})
afterEach(() => tree.remove())

const command = ['help', 'exit-codes'] as const

/** A PATH on which the launcher finds the programs of a bare system, but no node. */
const withoutNode = (): string => {
  const bare = join(tree.programs, 'bare')
  mkdirSync(bare)
  for (const name of ['sh', 'cat']) symlinkSync(join('/bin', name), join(bare, name))
  return bare
}

test('starts from anywhere: another folder, a path with spaces, a link to a link', async () => {
  tree.linkDependencies()
  symlinkSync(tree.launcher, join(tree.programs, 'one'))
  symlinkSync('one', join(tree.programs, 'two'))
  const straight = await tree.run(command, { cwd: '/' })
  const linked = await tree.run(command, { cwd: tree.programs, launcher: './two' })
  expect(straight).toMatchObject({ exitCode: 0, stderr: '' })
  expect(straight.stdout).toContain('130  interrupted')
  expect(linked).toEqual(straight)
})

test('what it offers to type begins with what was typed', async () => {
  tree.linkDependencies()
  symlinkSync(tree.launcher, join(tree.programs, 'shopctl'))
  const found = await tree.run(['completoin'], { launcher: join(tree.programs, 'shopctl') })
  expect(found.stderr).toContain('\n  Fix: shopctl completion\n')
  const path = await tree.run(['completoin'], { cwd: tree.root, launcher: './bin/shopctl' })
  expect(path.stderr).toContain('\n  Fix: ./bin/shopctl completion\n')
  expect(path.exitCode).toBe(64)
})

test('becomes the program it starts: the same process, its exit code, its signals', async () => {
  mkdirSync(join(tree.root, 'node_modules'))
  const node = join(tree.programs, 'remembered-node')
  writeFileSync(node, '#!/bin/sh\ntrap "exit 7" TERM\necho "$$"\nwhile :; do sleep 0.02; done\n', { mode: 0o755 })
  writeFileSync(join(tree.root, 'node_modules', '.shopctl-ready'), `${node}\n`)
  const { child, ended } = tree.start(command)
  await new Promise((resolve) => child.stdout?.once('data', resolve))
  child.kill('SIGTERM')
  expect(await ended).toEqual({ exitCode: 7, stdout: `${child.pid}\n`, stderr: '' })
})

test('without any node it says what to do, also as JSON', async () => {
  const path = withoutNode()
  const text = await tree.run(['deploy', '--env', 'local'], { path })
  expect(text).toMatchObject({ exitCode: 3, stdout: '' })
  expect(text.stderr).toMatch(/^NODE_MISSING: .*nothing was changed.*\n {2}Why: .*\n {2}Fix: .*nodejs\.org/)
  const json = await tree.run(['deploy', '--json'], { path })
  const error = { code: 'NODE_MISSING' }
  expect(JSON.parse(json.stdout)).toMatchObject({ schema: 'shopctl.result/1', command: 'deploy', exitCode: 3, error })
})

test('a node that is too old to bootstrap is named with its version', async () => {
  tree.program('node', 'echo v16.20.2')
  const { exitCode, stderr } = await tree.run(command)
  expect(exitCode).toBe(3)
  expect(stderr).toContain(`${join(tree.programs, 'node')} is version 16.`)
})

test('the version is told without installing anything', async () => {
  tree.program('npm', 'echo npm was started >&2; exit 1')
  const { exitCode, stdout, stderr } = await tree.run(['--version'])
  expect(stdout).toMatch(/^shopctl \d+\.\d+\.\d+ .*node-v24/)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
})

test('an edit of a source is what the next command runs; one that does not compile is named by file and line', async () => {
  tree.linkDependencies()
  const source = join(tree.root, 'cli', 'commands', 'help', 'exit-codes.ts')
  await tree.run(command)
  const original = readFileSync(source, 'utf8')
  writeFileSync(source, original.replace('.padStart(3)}  ', '.padStart(3)} = '))
  expect((await tree.run(command)).stdout).toContain('130 = interrupted')

  writeFileSync(source, `${original}\nconst broken = }\n`)
  const broken = await tree.run(command)
  const line = original.split('\n').length + 1
  expect(broken).toMatchObject({ exitCode: 1, stdout: '' })
  expect(broken.stderr).toMatch(/^SOURCE_INVALID: /)
  expect(broken.stderr).toContain(`cli/commands/help/exit-codes.ts:${line}:`)

  writeFileSync(source, original)
  expect((await tree.run(command)).stdout).toContain('130  interrupted')
})

test('a new command is there at once', async () => {
  tree.linkDependencies()
  await tree.run(['--help'])
  const commands = join(tree.root, 'cli', 'commands')
  const original = readFileSync(join(commands, 'help', 'exit-codes.ts'), 'utf8')
  writeFileSync(join(commands, 'codes.ts'), original.replaceAll("'../../", "'../"))
  expect((await tree.run(['--help'])).stdout).toContain('\n  codes ')
  expect((await tree.run(['codes'])).stdout).toContain('130  interrupted')
})

test('several first starts at once all work', async () => {
  tree.linkDependencies()
  const all = await Promise.all([1, 2, 3].map(() => tree.run(command)))
  expect(all.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(
    all.map(() => ({ exitCode: 0, stderr: '' })),
  )
})

test('where no bundle can be written the sources run as they are', async () => {
  tree.linkDependencies()
  const file = join(tree.programs, 'a file')
  writeFileSync(file, '')
  const { exitCode, stdout, stderr } = await tree.run(command, { env: { SHOPCTL_STATE_DIR: join(file, 'state') } })
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(stdout).toContain('130  interrupted')
})

test('a reader that goes away early is no error', async () => {
  tree.linkDependencies()
  await tree.run(command)
  tree.program('piped', `"${tree.launcher}" help exit-codes --json | head -1; "${tree.launcher}" --help | head -1`)
  const { stderr, exitCode } = await tree.run([], { launcher: join(tree.programs, 'piped') })
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
})

test('a touched lockfile is looked into and installs nothing', async () => {
  tree.linkDependencies()
  tree.program('npm', 'echo npm was started >&2; exit 1')
  expect(await tree.run(command)).toMatchObject({ exitCode: 0, stderr: '' })
  const lockfile = join(tree.root, 'package-lock.json')
  utimesSync(lockfile, new Date(), new Date())
  expect(await tree.run(command)).toMatchObject({ exitCode: 0, stderr: '' })
  appendFileSync(lockfile, '\n')
  expect(await tree.run(command)).toMatchObject({ exitCode: 0, stderr: '' })
  chmodSync(lockfile, 0o644)
})
