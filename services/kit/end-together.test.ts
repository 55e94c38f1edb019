import { expect, test } from 'vitest'
import { endTogether } from './end-together.ts'

test('parts end side by side, the longest says how long, and one that fails keeps no other from it', async () => {
  const told: string[] = []
  const { promise: second, resolve: secondEnds } = Promise.withResolvers<void>()
  const together = endTogether([
    {
      drain: () => void told.push('drain'),
      async close() {
        await second
        told.push('first')
      },
      endMilliseconds: 5_000,
    },
    {
      close() {
        told.push('second')
        secondEnds()
        throw new Error('second')
      },
    },
  ])
  together.drain()
  await expect(together.close()).rejects.toMatchObject({ errors: [{ message: 'second' }] })
  expect([together.endMilliseconds, told]).toEqual([5_000, ['drain', 'second', 'first']])
  expect(endTogether([]).endMilliseconds).toBe(0)
})
