import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { copyRepository, git } from './copy-repository.ts'
import { documentOf } from './published-schemas.ts'
import { type CommandResult, startCommand } from './running-command.ts'
import { failureIn } from './shown-failure.ts'

const run = promisify(execFile)

let root: string
let remove: () => Promise<void>
let first: string

const environment = () => ({
  PATH: process.env.PATH ?? '/usr/bin:/bin',
  HOME: join(root, '..', 'home'),
  LANG: 'C.UTF-8',
  GIT_AUTHOR_NAME: 'Ada Tester',
  GIT_AUTHOR_EMAIL: 'ada@shop.example',
  GIT_COMMITTER_NAME: 'Ada Tester',
  GIT_COMMITTER_EMAIL: 'ada@shop.example',
})

const command = (program: string, args: readonly string[], cwd = root): Promise<CommandResult> =>
  startCommand({ program, args, cwd, env: environment() }, {}).result()

const shopctl = (...args: readonly string[]) => command(join(root, 'bin', 'shopctl'), args)
const commit = (...args: readonly string[]) => command('git', ['commit', '-q', '-m', 'A change', ...args])

const put = async (path: string, text: string | Uint8Array): Promise<void> => {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
}

const stage = async (path: string, text: string | Uint8Array): Promise<void> => {
  await put(path, text)
  await git(root, ['add', '--', path])
}

const commits = async () => Number((await git(root, ['rev-list', '--count', 'HEAD'])).trim())

/** Put together here, so that this file holds none. */
const secret = ['AKIA', 'Q7ZK2PLM5WXRT4VB'].join('')
const secretLine = `export const id = '${secret}'\n`
const fine = "export const fine = 'as it should be'\n"
const ugly = 'export const   ugly = "double" ;\n'

beforeAll(async () => {
  const copy = await copyRepository()
  root = copy.root
  remove = copy.remove
  first = (await git(root, ['rev-parse', 'HEAD'])).trim()
})
afterAll(() => remove())

beforeEach(async () => {
  await git(root, ['merge', '--abort']).catch(() => undefined)
  await git(root, ['checkout', '-q', '-f', '-B', 'main', first])
  await git(root, ['clean', '-qfd'])
})

describe('in place', () => {
  beforeAll(async () => {
    expect((await shopctl('hooks', 'install')).code).toBe(0)
  })

  test('a commit that is fine is made, with a word about what was looked at', async () => {
    await stage('cli/new file.ts', fine)
    await stage('notes/ñotes ünd 山.md', '# Notes\n')
    const result = await commit()
    expect(result.code, result.stderr).toBe(0)
    expect(result.stdout + result.stderr).toMatch(/2 staged files: no secret, well formatted/)
    expect(await git(root, ['log', '-1', '--format=%s'])).toBe('A change\n')
  })

  test('a secret is refused by its file, line and rule, and never printed', async () => {
    await stage('cli/new file.ts', `${fine}\n${secretLine}`)
    const before = await commits()
    const result = await commit()
    expect(result.code).not.toBe(0)
    const { what, why, fix } = failureIn(result)
    expect(what).toBe('COMMIT_REFUSED: What is staged was not committed: 1 secret.')
    expect(why[0]).toBe("cli/new file.ts:3 aws-access-key: looks like an AWS access key's id (20 characters)")
    expect(fix).toEqual(["git restore --staged 'cli/new file.ts'"])
    expect(result.stdout + result.stderr).not.toContain(secret)
    expect(result.stdout + result.stderr).not.toContain('no-verify')
    expect(await commits()).toBe(before)
    const by = await shopctl('hooks', 'run', 'pre-commit', '--json')
    expect(documentOf(by)).toMatchObject({ ok: false, exitCode: 5, error: { code: 'COMMIT_REFUSED' } })
    expect(by.stdout).not.toContain(secret)
  })

  test('what is only in the working tree does not count', async () => {
    await stage('cli/half.ts', fine)
    await put('cli/half.ts', `${secretLine}${ugly}`)
    await put('cli/other.ts', secretLine)
    expect((await commit()).code).toBe(0)
  })

  test('of a file that is staged in part the staged part counts', async () => {
    await stage('cli/half.ts', secretLine)
    await put('cli/half.ts', fine)
    expect(failureIn(await commit()).why[0]).toContain('cli/half.ts:1 aws-access-key')
    await stage('cli/half.ts', ugly)
    await put('cli/half.ts', fine)
    expect(failureIn(await commit()).why[0]).toContain('cli/half.ts format')
  })

  test('a secret that was there before is not found in a line that did not change', async () => {
    await stage('cli/old.ts', secretLine)
    await git(root, ['commit', '-q', '--no-verify', '-m', 'From before'])
    await stage('cli/old.ts', `${fine}${secretLine}`)
    expect((await commit()).code).toBe(0)
  })

  test('commit --all is judged by what it would commit', async () => {
    await stage('cli/all.ts', fine)
    await commit()
    await put('cli/all.ts', secretLine)
    expect(failureIn(await commit('--all')).what).toContain('1 secret')
    await put('cli/all.ts', `${fine}export const more = 1\n`)
    expect((await commit('--all')).code).toBe(0)
  })

  test('a badly formatted file is refused with what mends it, and that does', async () => {
    await stage('cli/ugly ü.ts', ugly)
    const refused = await commit()
    const { what, why, fix } = failureIn(refused)
    expect(what).toBe('COMMIT_REFUSED: What is staged was not committed: 1 fault of format or lint.')
    expect(why).toEqual(['cli/ugly ü.ts format: is not formatted'])
    expect(fix).toEqual(["npx biome check --write 'cli/ugly ü.ts'", "git add 'cli/ugly ü.ts'"])
    for (const line of fix) expect(await command('sh', ['-c', line])).toMatchObject({ code: 0 })
    expect((await commit()).code).toBe(0)
  })

  test('lint is by the rules of the repository', async () => {
    await stage('cli/lint.ts', 'export const given: any = 1\nexport const text = given as string\n')
    const { why } = failureIn(await commit())
    expect(why.join('\n')).toContain('cli/lint.ts:1 lint/suspicious/noExplicitAny: ')
    expect(why.join('\n')).toContain('cli/lint.ts:2 plugin: A type assertion silences the compiler.')
  })

  test('rules that are staged count, those of the working tree do not', async () => {
    await stage('cli/ugly.ts', ugly)
    await put('biome.json', '{ "formatter": { "enabled": false }, "linter": { "enabled": false } }\n')
    expect(failureIn(await commit()).what).toContain('1 fault of format or lint')
  })

  test('binary, deleted, moved and linked files stop nobody', async () => {
    await stage(
      'pictures/a b.png',
      Uint8Array.from({ length: 2000 }, (_, index) => (index * 7) % 256),
    )
    await git(root, ['rm', '-q', 'cli/README.md'])
    await git(root, ['mv', 'README.md', 'READ ME.md'])
    await symlink('package.json', join(root, 'link'))
    await git(root, ['add', 'link'])
    const result = await commit()
    expect(result.code, result.stderr).toBe(0)
  })

  test('a file of keys is refused whatever is in it', async () => {
    await stage('.env', 'A=1\n')
    expect(failureIn(await commit()).why[0]).toBe('.env secret-file: is settings of one machine')
  })

  test('a merge is judged by what it makes itself', async () => {
    await stage('cli/both.ts', fine)
    await commit()
    await git(root, ['checkout', '-q', '-b', 'theirs'])
    await stage('cli/both.ts', "export const both = 'theirs'\n")
    await stage('cli/theirs.ts', secretLine)
    await git(root, ['commit', '-q', '--no-verify', '-m', 'Theirs'])
    await git(root, ['checkout', '-q', 'main'])
    await stage('cli/both.ts', "export const both = 'ours'\n")
    await commit()
    await git(root, ['merge', 'theirs']).catch(() => undefined)
    await stage('cli/both.ts', ugly)
    expect(failureIn(await commit()).why).toEqual(['cli/both.ts format: is not formatted'])
    await stage('cli/both.ts', "export const both = 'together'\n")
    const merged = await commit()
    expect(merged.code, merged.stderr).toBe(0)
    expect((await git(root, ['log', '-1', '--format=%P'])).trim().split(' ')).toHaveLength(2)
  })

  test('another worktree has the same hook', async () => {
    const tree = await mkdtemp(join(tmpdir(), 'shopctl tree-'))
    await git(root, ['worktree', 'add', '-q', '-f', '--detach', join(tree, 'w'), first])
    try {
      await writeFile(join(tree, 'w', 'new.ts'), secretLine)
      await git(join(tree, 'w'), ['add', 'new.ts'])
      const without = await command('git', ['commit', '-q', '-m', 'x'], join(tree, 'w'))
      expect(failureIn(without).what).toBe('NOT_INSTALLED: What is staged cannot be checked; nothing was committed.')
      expect(failureIn(without).fix).toEqual([expect.stringMatching(/^\(cd '.*\/w\/' && npm install --include=dev\)$/)])
      await symlink(join(root, 'node_modules'), join(tree, 'w', 'node_modules'))
      expect(failureIn(await command('git', ['commit', '-q', '-m', 'x'], join(tree, 'w'))).why[0]).toContain('new.ts:1')
    } finally {
      await git(root, ['worktree', 'remove', '--force', join(tree, 'w')])
      await rm(tree, { recursive: true })
    }
  })

  test('without biome the commit is refused with what to type', async () => {
    const modules = join(root, 'node_modules')
    await rename(modules, `${modules}.away`)
    await mkdir(join(modules, '.bin'), { recursive: true })
    try {
      const { stdout } = await run('ls', ['-A', `${modules}.away/`])
      const shared = stdout.split('\n').filter((name) => name !== '' && name !== '.bin')
      await Promise.all(shared.map((name) => symlink(join(`${modules}.away`, name), join(modules, name))))
      await stage('cli/new.ts', fine)
      const { what, fix } = failureIn(await shopctl('hooks', 'run', 'pre-commit'))
      expect(what).toMatch(/^BIOME_MISSING: /)
      expect(fix).toEqual(['npm install --include=dev'])
    } finally {
      await rm(modules, { recursive: true })
      await rename(`${modules}.away`, modules)
    }
  })
})

describe('put in place and taken away', () => {
  const hook = () => join(root, '.git', 'hooks', 'pre-commit')

  beforeEach(async () => {
    await git(root, ['config', '--unset', 'core.hooksPath']).catch(() => undefined)
    await rm(join(root, '.git', 'hooks'), { recursive: true, force: true })
  })

  test('install, status and uninstall say where, and twice is once', async () => {
    expect(await shopctl('hooks', 'status')).toMatchObject({ code: 5, stdout: expect.stringContaining('is not there') })
    expect(await shopctl('hooks', 'install')).toMatchObject({
      code: 0,
      stdout: `${hook()} looks at what is staged before each commit.\n`,
    })
    expect((await stat(hook())).mode & 0o111).toBe(0o111)
    expect((await shopctl('hooks', 'install')).stdout).toMatch(/^Nothing changed: /)
    expect(await shopctl('hooks', 'status')).toMatchObject({ code: 0 })
    expect(await shopctl('hooks', 'uninstall')).toMatchObject({ code: 0 })
    await expect(readFile(hook(), 'utf8')).rejects.toThrow('ENOENT')
    expect((await shopctl('hooks', 'uninstall')).stdout).toMatch(/^Nothing changed: /)
  })

  test("somebody else's hook stays, is chained on request, and comes back", async () => {
    const theirs = '#!/bin/sh\necho theirs ran\n[ ! -e refuse-me ]\n'
    await mkdir(dirname(hook()), { recursive: true })
    await writeFile(hook(), theirs)
    await chmod(hook(), 0o755)
    const refused = await shopctl('hooks', 'install')
    expect(refused.code).toBe(3)
    expect(failureIn(refused).what).toBe(
      `HOOK_EXISTS: ${hook()} is there already, and it is not shopctl's; nothing was changed.`,
    )
    expect(failureIn(refused).fix).toEqual([expect.stringMatching(/hooks install --chain$/)])
    expect(await readFile(hook(), 'utf8')).toBe(theirs)

    expect((await shopctl('hooks', 'install', '--chain')).stdout).toContain('runs first')
    await stage('cli/new.ts', fine)
    expect((await commit()).stderr).toContain('theirs ran')
    await put('refuse-me', '')
    await stage('cli/new.ts', `${fine}export const more = 1\n`)
    expect((await commit()).code).not.toBe(0)
    await rm(join(root, 'refuse-me'))
    await stage('cli/new.ts', secretLine)
    expect(failureIn(await commit()).what).toContain('1 secret')

    expect((await shopctl('hooks', 'uninstall')).code).toBe(0)
    expect(await readFile(hook(), 'utf8')).toBe(theirs)
    expect((await shopctl('hooks', 'uninstall')).stdout).toMatch(/^Nothing changed: /)
    expect(await readFile(hook(), 'utf8')).toBe(theirs)
  })

  test('core.hooksPath counts, but not where it is for more than this repository', async () => {
    await git(root, ['config', 'core.hooksPath', '.my hooks'])
    expect((await shopctl('hooks', 'install')).stdout).toContain(join(root, '.my hooks', 'pre-commit'))
    await stage('cli/new.ts', secretLine)
    expect(failureIn(await commit()).what).toContain('1 secret')

    await git(root, ['config', 'core.hooksPath', join(root, '..', 'home', 'hooks')])
    const shared = await shopctl('hooks', 'install')
    expect(shared.code).toBe(3)
    expect(failureIn(shared).what).toMatch(/^HOOKS_SHARED: /)
  })

  test('outside of a repository it is refused', async () => {
    await rename(join(root, '.git'), join(root, '..', 'git-away'))
    const result = await shopctl('hooks', 'install').finally(() =>
      rename(join(root, '..', 'git-away'), join(root, '.git')),
    )
    expect(result.code).toBe(3)
    expect(failureIn(result).what).toMatch(/^NO_REPOSITORY: /)
  })
})
