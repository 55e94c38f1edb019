import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { type CopiedTree, copyTree } from '../start/testing/copied-tree.ts'
import { askedNpm, scriptNpm } from '../start/testing/scripted-npm.ts'
import { runTool } from '../tools/run-tool.ts'
import type { RunTool } from '../tools/tool-call.ts'
import { ensureStacksInstalled, stackPackages } from './ensure-stacks-installed.ts'

let tree: CopiedTree
let said: string[]
beforeEach(async () => {
  tree = copyTree()
  said = []
  vi.stubEnv('PATH', `${tree.programs}:${process.env.PATH}`)
  scriptNpm(tree)
  await setUp()
})
afterEach(() => tree.remove())

const never = new AbortController().signal

/** What an ordinary start runs where something is missing. */
const setUp = () => {
  const args = [join(tree.root, 'bin', 'set-up.cjs'), process.execPath]
  return runTool({ program: process.execPath, args, timeoutSeconds: 30 }, never)
}

const ensure = (signal = never, run: RunTool = runTool): Promise<void> =>
  ensureStacksInstalled({ repository: tree.root, say: (message) => said.push(message), signal, run })

const nodeModules = (...names: readonly string[]): string => join(tree.root, 'node_modules', ...names)

const areThere = (): readonly boolean[] => stackPackages.map((name) => existsSync(nodeModules(name, 'package.json')))

const until = async (happened: () => boolean): Promise<void> => {
  while (!happened()) await pause(10)
}

const isAlive = (processId: number): boolean => {
  try {
    return process.kill(processId, 0)
  } catch {
    return false
  }
}

const half = (pid: string) =>
  `mkdir -p node_modules/cdktf; echo '{' >node_modules/cdktf/package.json; echo $$ >'${pid}'; sleep 60`

test('fetches once beside an ordinary install, and then they load', async () => {
  expect(areThere()).toEqual([false, false, false])
  await ensure()
  await ensure()
  expect(said).toEqual([expect.stringMatching(/^fetching cdktf .*\(36 MB, 380 MB on disk; once\)$/)])
  expect(askedNpm(tree)).toHaveLength(2)
  expect(createRequire(join(tree.root, 'package.json'))('cdktf')).toHaveProperty('TerraformStack')
})

test('two at once fetch once', async () => {
  scriptNpm(tree, 'sleep 0.5')
  await Promise.all([ensure(), ensure()])
  expect(askedNpm(tree)).toHaveLength(2)
  expect(areThere()).toEqual([true, true, true])
})

test.each(['an interrupt', 'SIGKILL'] as const)(
  '%s in the middle spoils nothing else, and the next time begins anew',
  async (how) => {
    const pid = join(tree.programs, 'npm.pid')
    scriptNpm(tree, half(pid))
    const interrupts = new AbortController()
    const ending = ensure(interrupts.signal).catch((error: unknown) => error)
    await until(() => existsSync(pid) && readFileSync(pid, 'utf8').trim() !== '')
    const npmId = Number(readFileSync(pid, 'utf8'))
    if (how === 'SIGKILL') {
      const owner = JSON.parse(readFileSync(join(tree.root, '.shopctl', 'install.lock', 'owner.json'), 'utf8'))
      expect(owner.processes).toContain(npmId)
      process.kill(owner.processes[0], 'SIGKILL')
      process.kill(-npmId, 'SIGKILL')
      expect(await ending).toMatchObject({ code: 'INSTALL_FAILED', outcome: 'refused' })
    } else {
      interrupts.abort(new ShopctlError({ code: 'INTERRUPTED', outcome: 'interrupted', what: 'Interrupted.' }))
      const message = 'Interrupted while fetching the packages that infra needs.'
      expect(await ending).toMatchObject({ code: 'INTERRUPTED', message })
    }
    await until(() => !isAlive(npmId))

    expect(await setUp()).toMatchObject({ exitCode: 0, stderr: '' })
    expect(askedNpm(tree)).toHaveLength(2)
    // The rest is not touched before npm runs, and what was half unpacked is gone.
    scriptNpm(tree, '[ -e node_modules/zod ] && [ ! -e node_modules/cdktf ] || exit 9')
    await ensure()
    expect(areThere()).toEqual([true, true, true])
  },
)

test('without a network it refuses in its own words, and says how to fetch them alone', async () => {
  tree.program(
    'npm',
    `[ "$1" = ping ] || exit 9; echo '{"error":{"code":"ENOTFOUND","summary":"no such host"}}'; exit 1`,
  )
  vi.stubEnv('SHOPCTL_INVOKED_AS', 'bin/shopctl')
  await expect(ensure()).rejects.toMatchObject({
    code: 'OFFLINE',
    outcome: 'refused',
    message: 'shopctl could not fetch the packages that infra needs: the package registry did not answer.',
    why: ['npm: ENOTFOUND no such host'],
    fix: ['npm ping', 'SHOPCTL_INSTALL=infrastructure bin/shopctl'],
  })
  expect(areThere()).toEqual([false, false, false])
  expect(existsSync(nodeModules('.shopctl-installing'))).toBe(false)
})

test('a failed install of them leaves the rest as it was', async () => {
  scriptNpm(tree, 'echo "npm error code EINTEGRITY" >&2; exit 1')
  await expect(ensure()).rejects.toMatchObject({
    code: 'INSTALL_FAILED',
    message: 'npm could not install the packages that infra needs.',
    why: ['npm error code EINTEGRITY'],
  })
  expect(await setUp()).toMatchObject({ exitCode: 0, stderr: '' })
  expect(existsSync(nodeModules('zod'))).toBe(true)
})

test('a tree that cannot be written to is refused', async ({ skip }) => {
  const root = process.getuid?.() === 0
  // Only root may become another user, and to root every tree is writable.
  const nobody: RunTool = (call, signal) => runTool(root ? { ...call, user: { uid: 65534, gid: 65534 } } : call, signal)
  const { exitCode } = await nobody({ program: process.execPath, args: ['-v'], timeoutSeconds: 30 }, never).catch(
    () => ({ exitCode: 1 }),
  )
  if (exitCode !== 0) skip('another user cannot start this Node')
  const parent = join(tree.root, '..')
  chmodSync(parent, statSync(parent).mode | 0o055)
  chmodSync(tree.root, 0o555)
  try {
    await expect(ensure(never, nobody)).rejects.toMatchObject({
      code: 'TREE_NOT_WRITABLE',
      outcome: 'refused',
      message: 'shopctl could not install the packages that infra needs: permission denied.',
    })
  } finally {
    chmodSync(tree.root, 0o755)
  }
})
