import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { readMessages, type WorkerMessage, workerMessageSchema } from './remote-messages.ts'

const read = async (...chunks: readonly string[]) => {
  const stream = new PassThrough()
  const taken: WorkerMessage[] = []
  const ended = readMessages(stream, { schema: workerMessageSchema, take: (message) => taken.push(message) })
  for (const chunk of chunks) stream.write(chunk)
  stream.end()
  await ended
  return { taken, isDestroyed: stream.destroyed }
}

it('messages come whole, however their lines are cut into pieces', async () => {
  const { taken } = await read('{"rea', 'dy":true}\n{"number":0,', '"text":"a"}\n')
  expect(taken).toEqual([{ ready: true }, { number: 0, text: 'a' }])
})

it('a line that was torn when its connection broke is no message, and the connection is over', async () => {
  const { taken, isDestroyed } = await read('{"ready":true}\n', '{"number":0,"te')
  expect(taken).toEqual([{ ready: true }])
  expect(isDestroyed).toBe(true)
})
