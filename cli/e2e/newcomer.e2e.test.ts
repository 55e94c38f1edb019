import { execFile } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type FirstMinutes, inClone, liveFirstMinutes } from './first-minutes.ts'
import { type FreshClone, makeFreshClone, whyNotHere } from './fresh-clone.ts'
import { documentOf } from './published-schemas.ts'
import type { CommandResult } from './running-command.ts'
import { shopProcesses } from './shop-processes.ts'

const whyNot = await whyNotHere()

describe.skipIf(whyNot !== null)(
  `a newcomer with an older Node${whyNot === null ? '' : ` (skipped: ${whyNot})`}`,
  () => {
    let clone: FreshClone
    let first: FirstMinutes
    let refused: CommandResult
    /** Whatever asks the registry now fails. */
    const offline = { npm_config_registry: 'http://127.0.0.1:1' }
    const run = (words: string, more: Readonly<Record<string, string>> = {}) =>
      inClone(clone, words.split(' '), more).result()

    beforeAll(async () => {
      clone = await makeFreshClone()
      refused = await run('status --env local --json', offline)
      first = await liveFirstMinutes(clone)
    }, 600_000)
    afterAll(async () => {
      await run('down --env local --delete-data --yes')
      await vi.waitFor(() => expect(shopProcesses(clone.root)).toEqual([]), { timeout: 10_000 })
      await clone.remove()
    })

    test('without a network the first run says so, with --json in a document, and is no hindrance to the next', () => {
      const error = { code: 'OFFLINE', fix: expect.arrayContaining(['npm ping']) }
      expect(documentOf(refused)).toMatchObject({ command: 'status', ok: false, exitCode: 3, error })
    })

    test('one command installs, says so in one line, and brings the shop up', () => {
      expect(first.result.code, `${first.result.stdout}${first.result.stderr}`).toBe(0)
      expect(first.result.stderr).toMatch(
        /^shopctl: installing its \d+ dependencies and Node 24 into node_modules, as package-lock\.json says \(once\)\n$/,
      )
      expect(first.result.stdout).toContain('Release 1 serves in local.')
      expect(first.firstProductSeconds).toBeGreaterThan(0)
    })

    test('only what production needs is installed, and Node 24', async () => {
      const { devDependencies } = JSON.parse(readFileSync(join(clone.root, 'package.json'), 'utf8'))
      const { packages } = JSON.parse(readFileSync(join(clone.root, 'package-lock.json'), 'utf8'))
      // What a package of production brings as well is there for that one.
      const onlyForDevelopment = Object.keys(devDependencies).filter((name) => packages[`node_modules/${name}`].dev)
      const there = onlyForDevelopment.filter((name) => existsSync(join(clone.root, 'node_modules', name)))
      expect(there).toEqual(['node'])
      const { stdout } = await promisify(execFile)(join(clone.root, 'node_modules/node/bin/node'), ['--version'])
      expect(stdout).toMatch(/^v24\./)
    })

    test('the clone is as it was: nothing that git would show', async () => {
      const { stdout } = await promisify(execFile)('git', ['status', '--porcelain'], { cwd: clone.root })
      expect(stdout).toBe('')
    })

    test('the next run installs nothing and needs no network', async () => {
      const ready = join(clone.root, 'node_modules', '.shopctl-ready')
      const before = { written: statSync(ready).mtimeMs, bytes: await clone.downloadedBytes() }
      const again = await run('deploy --env local', offline)
      expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing changed'), stderr: '' })
      expect(await run('status --env local', offline)).toMatchObject({ code: 0, stderr: '' })
      expect({ written: statSync(ready).mtimeMs, bytes: await clone.downloadedBytes() }).toEqual(before)
    })
  },
)
