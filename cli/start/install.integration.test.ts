import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type CopiedTree, copyTree } from './testing/copied-tree.ts'
import { askedNpm, scriptNpm } from './testing/scripted-npm.ts'

let tree: CopiedTree
beforeEach(() => {
  tree = copyTree()
})
afterEach(() => tree.remove())

const command = ['help', 'exit-codes'] as const

const npm = (before?: string) => scriptNpm(tree, before)

const asked = () => askedNpm(tree)

const until = async (happened: () => boolean): Promise<void> => {
  while (!happened()) await pause(10)
}

const npmIdText = (): string => readFileSync(join(tree.programs, 'npm.pid'), 'utf8').trim()

const nodeModules = (...names: readonly string[]): string => join(tree.root, 'node_modules', ...names)

test('installs once, without development dependencies, and says so in one line', async () => {
  npm()
  const first = await tree.run(command)
  expect(first.exitCode).toBe(0)
  expect(first.stdout).toContain('130  interrupted')
  expect(first.stderr).toMatch(/^shopctl: installing its \d+ dependencies into node_modules, .*\(once\)\n$/)
  expect(asked()).toEqual([expect.stringContaining('--omit=dev')])
  expect(asked()[0]).toContain('--no-save')

  expect(await tree.run(command)).toMatchObject({ exitCode: 0, stderr: '' })
  expect(asked()).toHaveLength(1)
})

test('an old node that can bootstrap gets the pinned Node 24 beside it, which then runs', async () => {
  npm()
  // Says that it is 20, and can do what a 20 can.
  tree.program('node', `[ "$1" = --version ] && { echo v20.20.2; exit; }\nexec '${process.execPath}' "$@"`)
  const { exitCode, stderr } = await tree.run(command)
  expect({ exitCode, stderr }).toEqual({
    exitCode: 0,
    stderr: expect.stringContaining(' and Node 24 into node_modules'),
  })
  const pinned: unknown = JSON.parse(readFileSync(join(tree.root, 'package.json'), 'utf8')).devDependencies.node
  expect(asked()[0]).toContain(`--save-prod node@${pinned}`)
  expect(readFileSync(nodeModules('.shopctl-ready'), 'utf8')).toMatch(/^node_modules\/node\/bin\/node\n/)
})

test('two at once install once', async () => {
  npm('sleep 0.5')
  const both = await Promise.all([tree.run(command), tree.run(command)])
  expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0])
  expect(asked()).toHaveLength(1)
  expect(both.map(({ stderr }) => stderr).join('')).toContain('waiting for process')
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s while installing ends npm, exits 130, and the next start begins anew',
  async (signal) => {
    npm(`echo left >node_modules/left-over; echo $$ >'${tree.programs}/npm.pid'; sleep 60`)
    const { child, ended } = tree.start(command)
    await until(() => existsSync(join(tree.programs, 'npm.pid')) && npmIdText() !== '')
    const npmId = Number(npmIdText())
    child.kill(signal)
    const { exitCode, stderr } = await ended
    expect({ exitCode, stderr }).toEqual({
      exitCode: 130,
      stderr: expect.stringContaining('interrupted while installing'),
    })
    expect(() => process.kill(npmId, 0)).toThrow('ESRCH')

    expect(existsSync(nodeModules('left-over'))).toBe(true)
    npm(`[ "$(ls node_modules)" = half-unpacked ] || exit 9`)
    expect((await tree.run(command)).exitCode).toBe(0)
  },
)

test('a launcher that was killed leaves no lock behind', async () => {
  npm()
  const lock = join(tree.root, '.shopctl', 'install.lock')
  mkdirSync(lock, { recursive: true })
  const { hostname } = await import('node:os')
  writeFileSync(join(lock, 'owner.json'), JSON.stringify({ host: hostname(), processes: [2 ** 22 + 1] }))
  expect((await tree.run(command)).exitCode).toBe(0)
  expect(readdirSync(join(tree.root, '.shopctl'))).toEqual(['cache'])
})

test('what npm says is hidden unless it fails; then its last words are the reason', async () => {
  npm('echo noise; seq 1 20 >&2; echo "npm error code EINTEGRITY" >&2; exit 1')
  const { exitCode, stdout, stderr } = await tree.run(command)
  expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' })
  expect(stderr).not.toContain('noise')
  expect(stderr).not.toMatch(/Why: 1\n/)
  expect(stderr).toMatch(/INSTALL_FAILED: .*\n( {2}Why: .*\n)+ {2}Fix: cd .* && npm install --no-save\n/)
  expect(stderr).toContain('  Why: npm error code EINTEGRITY')
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/Fix: .*shopctl.* help exit-codes$/)
})

test.each([
  ['ENOTFOUND', 'OFFLINE'],
  ['EAI_AGAIN', 'OFFLINE'],
])('without a network (%s) nothing is tried for long, and it is called %s', async (code, expected) => {
  tree.program('npm', `[ "$1" = ping ] || exit 9; echo '{"error":{"code":"${code}","summary":"no such host"}}'; exit 1`)
  const { exitCode, stdout } = await tree.run([...command, '--json'])
  expect(exitCode).toBe(3)
  expect(JSON.parse(stdout)).toMatchObject({
    error: { code: expected, why: [expect.stringContaining('no such host')] },
  })
  expect(existsSync(nodeModules())).toBe(false)
})

test.each([
  ['ENOSPC', 'DISK_FULL', 'the disk is full'],
  ['EROFS', 'TREE_NOT_WRITABLE', 'the file system is read-only'],
  ['EACCES', 'TREE_NOT_WRITABLE', 'permission denied'],
])('npm cannot write (%s)', async (code, expected, words) => {
  npm(`echo '{"error":{"code":"${code}"}}'; exit 1`)
  const { exitCode, stderr } = await tree.run(command)
  expect(exitCode).toBe(3)
  expect(stderr).toContain(`${expected}: shopctl could not install its dependencies: ${words}.`)
})

test('a node without npm is told apart from a failed install', async () => {
  const bare = join(tree.programs, 'bare')
  mkdirSync(bare)
  const { symlinkSync } = await import('node:fs')
  symlinkSync('/bin/sh', join(bare, 'sh'))
  symlinkSync(process.execPath, join(bare, 'node'))
  const { exitCode, stderr } = await tree.run(command, { path: bare })
  expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: expect.stringContaining('NPM_MISSING: ') })
})

const changeLockfile = (): void => {
  const lockfile = join(tree.root, 'package-lock.json')
  const text = readFileSync(lockfile, 'utf8')
  rmSync(lockfile)
  writeFileSync(lockfile, text.replace(/("node_modules\/zod": \{\s+"version": ")[^"]+/, '$199.0.0'))
}

test('a changed lockfile installs again, and never takes development dependencies away', async () => {
  tree.linkDependencies()
  npm()
  expect(await tree.run(command)).toMatchObject({ exitCode: 0, stderr: '' })
  changeLockfile()
  const { exitCode, stderr } = await tree.run(command)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringContaining('installing all') })
  expect(asked()).toEqual([expect.stringContaining('--include=dev')])
})

const infrastructure = { env: { SHOPCTL_INSTALL: 'infrastructure' } } as const

test('what infra fetched stays when a changed lockfile installs again, and nobody takes it for a full install', async () => {
  npm()
  await tree.run(command)
  const fetched = await tree.run([], infrastructure)
  expect(fetched).toMatchObject({ exitCode: 0, stdout: '', stderr: expect.stringMatching(/^.*what infra needs.*\n$/) })
  const { devDependencies: pinned } = JSON.parse(readFileSync(join(tree.root, 'package.json'), 'utf8'))
  const names = ['cdktf', '@cdktf/provider-aws', 'constructs'].map((name) => `${name}@${pinned[name]}`).join(' ')
  expect(asked()[1]).toMatch(new RegExp(`--omit=dev --save-prod ${names}$`))
  expect(existsSync(nodeModules('typescript'))).toBe(false)

  expect(await tree.run([], infrastructure)).toEqual({ exitCode: 0, stdout: '', stderr: '' })
  expect(await tree.run(command)).toMatchObject({ exitCode: 0, stderr: '' })
  expect(asked()).toHaveLength(2)

  changeLockfile()
  expect((await tree.run(command)).exitCode).toBe(0)
  expect(asked()[2]).toBe(asked()[1])
  expect(existsSync(nodeModules('cdktf', 'package.json'))).toBe(true)
})

test('a package that tests name and everybody gets does not make an install a full one', async () => {
  npm()
  await tree.run(command)
  expect(existsSync(nodeModules('@types', 'node'))).toBe(true)
  changeLockfile()
  await tree.run(command)
  expect(asked()).toEqual([expect.stringMatching(/--omit=dev$/), expect.stringMatching(/--omit=dev$/)])
})
