import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { chooseLogs, listLogs, logFileName, pruneLogs, type ServiceLog } from './logs.ts'

const log = (service: string, release: number, file = `${service}-${release}`): ServiceLog => ({
  service,
  release,
  file,
})

describe('which log is meant', () => {
  const logs = [log('orders', 1), log('orders', 3), log('orders', 4), log('users', 1)]
  const cases = [
    {
      title: 'without a release the newest',
      services: ['orders'],
      release: null,
      previous: false,
      files: ['orders-4'],
    },
    { title: 'the one before it', services: ['orders'], release: null, previous: true, files: ['orders-3'] },
    {
      title: 'a release that did not start the service itself: the one that went on serving in it',
      services: ['orders', 'users'],
      release: 2,
      previous: false,
      files: ['orders-1', 'users-1'],
    },
    { title: 'none before the first', services: ['users'], release: null, previous: true, files: [] },
    { title: 'none of a service that never ran', services: ['catalog'], release: null, previous: false, files: [] },
  ]
  test.each(cases)('$title', ({ files, ...request }) => {
    expect(chooseLogs(logs, request).map(({ file }) => file)).toEqual(files)
  })
})

const releasesOf = (logs: readonly ServiceLog[]) =>
  logs.filter(({ service }) => service === 'orders').map(({ release }) => release)

describe('log files', () => {
  let directory = ''
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'shopctl-logs-'))
  })
  afterEach(() => rm(directory, { recursive: true }))

  test('are listed oldest first, strangers left out, and only the newest of each service are kept', async () => {
    const names = Array.from({ length: 25 }, (_, index) => logFileName('orders', index + 1, new Date(index * 1000)))
    for (const name of [...names, 'edge.log', 'notes.txt']) await writeFile(join(directory, name), '')
    const ofOrders = async () => releasesOf(await listLogs(directory))
    expect(await ofOrders()).toEqual(names.map((_, index) => index + 1))
    await pruneLogs(directory)
    expect(await ofOrders()).toEqual(Array.from({ length: 20 }, (_, index) => index + 6))
    expect((await listLogs(directory)).filter(({ service }) => service === 'edge')).toHaveLength(1)
  })
})
