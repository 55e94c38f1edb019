import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createStateDirectories, statePaths } from './state-paths.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shopctl-state-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const paths = (variables = {}) => statePaths({ repository: directory, environment: 'local', variables })

test('the state is in the repository, each environment apart, bundles shared', () => {
  expect(paths()).toMatchObject({
    root: join(directory, '.shopctl'),
    bundles: join(directory, '.shopctl/bundles'),
    releases: join(directory, '.shopctl/local/releases'),
    routes: join(directory, '.shopctl/local/routes.json'),
  })
  expect(paths().bundles).toBe(join(directory, '.shopctl/bundles'))
})

test('SHOPCTL_STATE_DIR puts the state elsewhere, and an empty one does not', () => {
  expect(paths({ SHOPCTL_STATE_DIR: '/srv/state' }).secrets).toBe('/srv/state/local/secrets')
  expect(paths({ SHOPCTL_STATE_DIR: '' }).root).toBe(join(directory, '.shopctl'))
})

test('the directories are created, those with secrets for the owner alone', async () => {
  await createStateDirectories(paths())
  await createStateDirectories(paths())
  const mode = async (path: string) => (await stat(path)).mode & 0o777
  expect(await mode(paths().logs)).toBe(0o755)
  expect(await mode(paths().secrets)).toBe(0o700)
  expect(await mode(paths().settings)).toBe(0o700)
})

test('a file in the way is refused with the path', async () => {
  await writeFile(join(directory, '.shopctl'), '')
  await expect(createStateDirectories(paths())).rejects.toMatchObject({
    code: 'STATE_NOT_WRITABLE',
    outcome: 'refused',
    message: expect.stringContaining(join(directory, '.shopctl')),
  })
})

test('a read-only file system is refused in the system’s own words', async (context) => {
  const variables = { SHOPCTL_STATE_DIR: '/sys/kernel/shopctl' }
  context.skip(!existsSync('/sys/kernel'), 'no file system here that refuses everybody')
  await expect(createStateDirectories(paths(variables))).rejects.toMatchObject({
    code: 'STATE_NOT_WRITABLE',
    why: [expect.stringMatching(/^(EROFS|EPERM|EACCES)/)],
  })
})

test('a full disk is refused in the system’s own words', async (context) => {
  const mounted = mountTiny(directory)
  context.skip(!mounted, 'cannot mount a small file system here')
  try {
    const variables = { SHOPCTL_STATE_DIR: directory }
    await expect(createStateDirectories(paths(variables))).rejects.toMatchObject({
      code: 'STATE_NOT_WRITABLE',
      why: [expect.stringMatching(/^ENOSPC/)],
    })
  } finally {
    execFileSync('umount', [directory])
  }
})

/** A file system with room for three files. */
const mountTiny = (path: string): boolean => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k,nr_inodes=3', 'tmpfs', path], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
