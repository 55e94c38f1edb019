import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { asServerUser, nobody, serverUser } from './postgres-user.ts'

let open: string
let closed: string
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shopctl-user-'))
  await chmod(directory, 0o755)
  open = join(directory, 'open', 'postgres')
  closed = join(directory, 'closed', 'postgres')
  await mkdir(join(directory, 'open'), { mode: 0o755 })
  await mkdir(join(directory, 'closed'), { mode: 0o700 })
})
afterEach(() => rm(directory, { recursive: true, force: true }))

test('who is not root runs the server as who they are', async () => {
  const user = await serverUser({ uid: 1000, paths: [closed], searchPath: '' })
  expect(asServerUser(user, 'postgres', ['-D', 'data'])).toEqual({ program: 'postgres', args: ['-D', 'data'] })
})

test('root runs it as nobody where nobody is let in', async () => {
  const user = await serverUser({ uid: 0, paths: [open], searchPath: '' })
  expect(asServerUser(user, 'postgres', ['-D', 'data'])).toEqual({
    program: 'postgres',
    args: ['-D', 'data'],
    user: nobody,
  })
})

test('where nobody is kept out root lends the right to pass, by setpriv', async () => {
  const setpriv = join(directory, 'setpriv')
  await writeFile(setpriv, '', { mode: 0o755 })
  const user = await serverUser({ uid: 0, paths: [open, closed], searchPath: `/nowhere:${directory}` })
  expect(asServerUser(user, 'postgres', ['-D', 'data'])).toMatchObject({
    program: setpriv,
    args: expect.arrayContaining(['--reuid', '65534', '+no_setuid_fixup', '+dac_override', 'postgres', '-D', 'data']),
  })
})

test('without setpriv that is refused and the closed directory is named', async () => {
  await expect(serverUser({ uid: 0, paths: [open, closed], searchPath: '/nowhere' })).rejects.toMatchObject({
    code: 'POSTGRES_USER_KEPT_OUT',
    outcome: 'refused',
    why: [expect.stringContaining(join(directory, 'closed'))],
  })
})
