import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServiceProcess, startService } from '../kit/testing/service-process.ts'
import { type TestDatabase, testDatabase } from '../kit/testing/test-database.ts'
import type { UsersTables } from './schema.ts'
import { testEnvironment } from './testing/test-users.ts'
import { usersService } from './users-service.ts'

let database: TestDatabase<UsersTables>
let users: ServiceProcess
beforeAll(async () => {
  database = await testDatabase<UsersTables>(usersService.migrations)
})
afterAll(async () => {
  await users?.kill()
  await database.drop()
})

/** Nice values of the threads that hash, by /proc/<pid>/task/<tid>/stat. */
const nicenessOf = (processId: number) => {
  const folder = `/proc/${processId}/task`
  const stats = readdirSync(folder).map((thread) => readFileSync(`${folder}/${thread}/stat`, 'utf8'))
  return stats.flatMap((stat) => {
    const [, name, rest = ''] = /\((.*)\) (.*)$/.exec(stat.trim()) ?? []
    return name === 'libuv-worker' ? [Number(rest.split(' ')[16])] : []
  })
}

test.skipIf(process.platform !== 'linux')(
  'A16: hashes come after requests, so that a storm of logins delays nobody else (Linux)',
  async () => {
    users = await startService(join(import.meta.dirname, 'main.ts'), {
      ...testEnvironment,
      DATABASE_URL: database.url,
    })
    await expect.poll(() => nicenessOf(users.processId), { timeout: 10_000 }).toEqual([10, 10, 10, 10])
    expect(readFileSync(`/proc/${users.processId}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[16]).toBe('0')
  },
)
