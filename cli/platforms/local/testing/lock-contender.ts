import { appendFileSync } from 'node:fs'
import { acquireLock } from '../../../releases/lock.ts'
import { systemLockClock } from '../../../releases/system-lock-clock.ts'
import { createLocalLockStore } from '../lock-store.ts'

/**
 * A process that takes the lock some times and writes down when it came in and went out.
 * Arguments: lock directory, log file, how often, milliseconds to hold, time to live in seconds.
 */
const [directory = '', log = '', times = '1', hold = '0', timeToLive = '30'] = process.argv.slice(2)
const write = (line: string) => appendFileSync(log, `${line}\n`)

for (let turn = 0; turn < Number(times); turn += 1) {
  const { lock, found } = await acquireLock(
    createLocalLockStore(directory),
    {
      environment: 'local',
      holder: `process ${process.pid}`,
      reason: 'test',
      command: 'deploy --env local',
      timeToLiveSeconds: Number(timeToLive),
      waitSeconds: 60,
      signal: new AbortController().signal,
      onWait: () => undefined,
    },
    { ...systemLockClock(), sleep: (_, signal) => systemLockClock().sleep(5 * Math.random(), signal) },
  )
  write(`in ${process.pid} ${found === 'free' ? 'free' : found.why}`)
  await new Promise((resolve) => setTimeout(resolve, Number(hold)))
  write(`out ${process.pid}`)
  await lock.release()
}
