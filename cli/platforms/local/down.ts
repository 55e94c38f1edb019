import { rm } from 'node:fs/promises'
import { whenNotWritable } from '../state-not-writable.ts'
import { deletePostgresData, stopPostgres } from './embedded-postgres.ts'
import type { ProcessTable } from './processes.ts'
import { stopRedis } from './redis.ts'
import type { StatePaths } from './state-paths.ts'

type DownRequest = {
  readonly paths: StatePaths
  readonly table: ProcessTable
  readonly data: 'keep' | 'delete'
  readonly signal: AbortSignal
}

/** The edge and the services give their requests 10 s to end. */
const stopGraceSeconds = 12

const stopAll = async (which: 'edge' | 'the rest', { table, signal }: DownRequest): Promise<void> => {
  const { processes } = await table.list()
  const chosen = processes.filter(
    ({ record }) => record.service !== 'redis' && (record.service === 'edge') === (which === 'edge'),
  )
  await Promise.all(
    chosen.map(async ({ record, alive }) => {
      if (alive) await table.stop(record, { graceSeconds: stopGraceSeconds }, signal)
      await table.forget(record.id)
    }),
  )
}

const deleteData = async ({ paths, signal }: DownRequest): Promise<void> => {
  await deletePostgresData(paths, signal)
  // The lock stays: it is held by who deletes.
  const gone = [
    paths.releases,
    paths.processes,
    paths.logs,
    paths.settings,
    paths.secrets,
    paths.redis,
    paths.mail,
    paths.documents,
    paths.routes,
  ]
  for (const path of [...gone, `${paths.environment}/demo-data`]) {
    await rm(path, { recursive: true, force: true }).catch((error: unknown) => {
      throw whenNotWritable(error, path)
    })
  }
}

/** From the front to the back, so that nothing is asked for what is already gone: edge, services, Redis, PostgreSQL. */
export const downLocal = async (request: DownRequest): Promise<void> => {
  const { paths, table, data, signal } = request
  const { processes, intentions } = await table.findUntracked()
  await stopAll('edge', request)
  await stopAll('the rest', request)
  await Promise.all(processes.map((lost) => table.stop(lost, { graceSeconds: stopGraceSeconds }, signal)))
  await Promise.all(intentions.map((id) => table.forget(id)))
  await stopRedis({ table, signal })
  await stopPostgres(paths, signal)
  if (data === 'delete') await deleteData(request)
}
