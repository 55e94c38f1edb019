import { readdirSync, readFileSync } from 'node:fs'
import { cpuMicroseconds } from '../process-cost.ts'
import { openClient } from './open-client.ts'

const parentOf = (processId: string | number): number | null => {
  try {
    return Number(readFileSync(`/proc/${processId}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1])
  } catch {
    // It has ended meanwhile.
    return null
  }
}

/** The process that the server's sessions are children of. */
const postmasterOf = async (url: string): Promise<number> => {
  const client = await openClient(url)
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  // While the session is there: afterwards nobody knows its parent.
  const parent = parentOf(rows[0]?.pid ?? 0)
  await client.end()
  if (parent === null) throw new Error('PostgreSQL does not run on this machine')
  return parent
}

/** CPU microseconds of all sessions and workers that a server has now. One that ends between two answers is lost. */
export const postgresCpu = async (url: string): Promise<() => number> => {
  const postmaster = await postmasterOf(url)
  return () =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && parentOf(name) === postmaster)
      .reduce((sum, name) => sum + safeCpu(Number(name)), 0)
}

const safeCpu = (processId: number): number => {
  try {
    return cpuMicroseconds(processId)
  } catch {
    return 0
  }
}
