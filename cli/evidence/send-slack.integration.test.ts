import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import { sendSlack } from './send-slack.ts'

const message = { text: 'shop #1: Passed', blocks: [] }

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** Answers one after the other, then always the last; keeps what it was sent. */
async function slackAnswering(...answers: ((response: ServerResponse) => void)[]) {
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    bodies.push(await text(request))
    answers[Math.min(bodies.length, answers.length) - 1]?.(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { url: new URL(`http://127.0.0.1:${address.port}/services/T/B/secret`), bodies }
}

const answer =
  (status: number, body: string, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void => {
    response.writeHead(status, headers).end(body)
  }
const signal = AbortSignal.any([])

test('a message that is taken is sent once', async () => {
  const { url, bodies } = await slackAnswering(answer(200, 'ok'))
  await sendSlack({ url, message, signal })
  expect(bodies.map((body) => JSON.parse(body))).toEqual([message])
})

test('where Slack has no time, it is asked again when it says', async () => {
  const { url, bodies } = await slackAnswering(
    answer(429, '', { 'retry-after': '7' }),
    answer(503, ''),
    answer(200, 'ok'),
  )
  const waits: number[] = []
  await sendSlack({ url, message, signal, wait: async (milliseconds) => void waits.push(milliseconds) })
  expect(waits).toEqual([7_000, 2_000])
  expect(bodies).toHaveLength(3)
})

test('what Slack refuses is not sent again, and its word is the reason; the address is told nowhere', async () => {
  const { url, bodies } = await slackAnswering(answer(404, 'no_service'))
  const refused = await sendSlack({ url, message, signal }).catch((error: unknown) => error)
  expect(refused).toMatchObject({ code: 'SLACK_REFUSED', exitCode: 3 })
  expect(refused).toMatchObject({ why: expect.arrayContaining(['Slack answered 404 (no_service)']) })
  expect(JSON.stringify(refused)).not.toContain('secret')
  expect(bodies).toHaveLength(1)
})

test('a Slack that never answers well is unknown after three tries', async () => {
  const { url, bodies } = await slackAnswering((response) => response.destroy())
  const wait = async () => undefined
  await expect(sendSlack({ url, message, signal, wait })).rejects.toMatchObject({
    code: 'SLACK_UNREACHABLE',
    exitCode: 6,
  })
  expect(bodies).toHaveLength(3)
})

test('an interrupt ends the wait', async () => {
  const interrupt = new AbortController()
  const { url } = await slackAnswering((response) => {
    response.writeHead(429, { 'retry-after': '30' }).end()
    setImmediate(() => interrupt.abort(new Error('interrupted')))
  })
  await expect(sendSlack({ url, message, signal: interrupt.signal })).rejects.toThrow('interrupted')
})
