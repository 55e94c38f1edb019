import { expect, test } from 'vitest'
import { dropScript } from './redis-scripts.ts'
import { createRedisTier, type RedisCommands } from './redis-tier.ts'

function tierOn(redis: RedisCommands) {
  return createRedisTier({ redis, prefix: 'test', keptMilliseconds: 1_000 })
}

const answering = (reply: unknown) => tierOn({ eval: async () => reply, set: async () => 'OK' })

test.each([
  ['nothing', null],
  ['too little', ['epoch']],
  ['another type', ['epoch', 7, 'soon']],
  ['a status', 'OK'],
])('a reply that is %s is a miss', async (_title, reply) => {
  expect(await answering(reply).read('key')).toBeNull()
})

test.each(['', 'epoch', 'other 1 1 1 text', 'epoch one 1 1 text', '\u0000'])('an entry %j is none', async (entry) => {
  expect(await answering(['epoch', entry, 500]).read('key')).toEqual({ epoch: 'epoch', entry: null })
})

test('C33: a drop that is missed while a new epoch begins is made up for by another one', async () => {
  const drops = { first: Promise.withResolvers<unknown>(), second: Promise.withResolvers<unknown>() }
  const epochs: string[] = []
  const begun = Promise.withResolvers<void>()
  const tier = tierOn({
    async eval(script, _keys, entryKey) {
      if (script !== dropScript) return ['epoch', null, -2]
      return entryKey === 'test:entry:first' ? drops.first.promise : drops.second.promise
    },
    async set(_key, epoch) {
      epochs.push(epoch)
      await begun.promise
    },
  })
  const dropped = { first: tier.drop('first', 2), second: tier.drop('second', 2) }
  drops.first.reject(new Error('away'))
  await dropped.first
  const read = tier.read('any')
  expect(epochs).toHaveLength(1)
  drops.second.reject(new Error('away'))
  await dropped.second
  begun.resolve()
  await read
  expect(tier.isDegraded()).toBe(true)
  await tier.read('any')
  expect(new Set(epochs).size).toBe(2)
  expect(tier.isDegraded()).toBe(false)
})
