import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { repeatUntilDrained } from './repeat-until-drained.ts'
import { keptLog } from './testing/test-app.ts'

const parts = { task: 'counting', everyMilliseconds: 1, finishMilliseconds: 60_000, logger: keptLog().logger }

test('after drain() nothing new is begun, and what runs is finished', async () => {
  const { promise: over, resolve } = Promise.withResolvers<void>()
  const begun: boolean[] = []
  const ended: boolean[] = []
  const repeating = repeatUntilDrained({
    ...parts,
    async run({ aborted }) {
      begun.push(aborted)
      await over
      ended.push(aborted)
      return 'again'
    },
  })
  await expect.poll(() => begun.length).toBe(1)
  repeating.drain()
  repeating.wake()
  resolve()
  await repeating.close()
  await delay(20)
  expect([begun, ended]).toEqual([[false], [false]])
})

test('what does not finish in its time is interrupted, and is waited for while it gives back what it has', async () => {
  const told: string[] = []
  const repeating = repeatUntilDrained({
    ...parts,
    finishMilliseconds: 20,
    async run(interrupted) {
      await delay(60_000, undefined, { signal: interrupted }).catch(() => told.push('interrupted'))
      await delay(5)
      told.push('given back')
      return 'wait'
    },
  })
  await delay(5)
  repeating.drain()
  await repeating.close()
  await repeating.close()
  expect([told, repeating.endMilliseconds]).toEqual([['interrupted', 'given back'], 1_020])
})
