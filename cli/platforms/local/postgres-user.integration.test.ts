import { cp, mkdtemp, realpath, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stopPostgres } from './embedded-postgres.ts'
import { ensurePostgres } from './postgres.ts'
import { readPostmaster } from './postmaster.ts'
import { createStateDirectories, type StatePaths, statePaths } from './state-paths.ts'

const never = new AbortController().signal
const name = `@embedded-postgres/${process.platform}-${process.arch}`
let repository: string
let paths: StatePaths

/** A clone of which others see nothing, as in root's home: its programs too. */
beforeAll(async () => {
  repository = await mkdtemp(join(await realpath(tmpdir()), 'shopctl closed clone-'))
  const installed = dirname(dirname(createRequire(import.meta.url).resolve(name)))
  await cp(installed, join(repository, 'node_modules', name), { recursive: true, verbatimSymlinks: true })
  paths = statePaths({ repository, environment: 'local', variables: {} })
  await createStateDirectories(paths)
})
afterAll(async () => {
  await stopPostgres(paths, never)
  await rm(repository, { recursive: true, force: true })
})

test('a clone in a directory that is closed to others has its PostgreSQL, also for root', async () => {
  const server = await ensurePostgres({ paths, environment: {}, signal: never })
  const running = await readPostmaster(join(paths.postgres, 'data'))
  expect(running).toMatchObject({ port: server.port, status: 'ready' })
})
