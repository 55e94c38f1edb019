import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { closedPort, type ScriptedServer, scriptedServer } from '../testing/scripted-server.ts'
import { httpSms } from './http-sms.ts'

const { signal: going } = new AbortController()
const token = 'token-of-the-gateway'
const message = { id: randomUUID(), to: '+41445550123', text: 'Grüße, ₺5' }
let gateway: ScriptedServer
beforeAll(async () => {
  gateway = await scriptedServer()
})
afterAll(() => gateway.close())

test('a gateway gets number and text, our token, and the id by which it knows a second sending', async () => {
  gateway.script(() => ({ status: 202, json: { id: 'g-1' } }))
  const delivery = await httpSms({ url: `${gateway.url}/v1/messages`, token }).send(message, going)
  expect(delivery).toEqual({ kind: 'sent', reference: 'g-1' })
  expect(gateway.calls).toMatchObject([
    {
      method: 'POST',
      path: '/v1/messages',
      headers: { authorization: `Bearer ${token}`, 'idempotency-key': message.id, 'content-type': 'application/json' },
      body: { to: message.to, text: message.text },
    },
  ])
})

test.each([
  [200, 'no json', { kind: 'sent', reference: message.id }],
  [204, '', { kind: 'sent', reference: message.id }],
  [400, '{}', { kind: 'refused', reason: '400 of the gateway' }],
  [422, `{"detail":"${message.to} is no number"}`, { kind: 'refused', reason: '422 of the gateway' }],
  [302, '', { kind: 'postponed', reason: '302 of the gateway' }],
  [401, '{}', { kind: 'postponed', reason: '401 of the gateway' }],
  [404, '{}', { kind: 'postponed', reason: '404 of the gateway' }],
  [429, '{}', { kind: 'postponed', reason: '429 of the gateway' }],
  [500, '{}', { kind: 'postponed', reason: '500 of the gateway' }],
])('its %i with %j means %o', async (status, text, delivery) => {
  gateway.script(() => ({ status, text }))
  expect(await httpSms({ url: gateway.url, token }).send(message, going)).toEqual(delivery)
})

test('a gateway that is not there, breaks off or takes too long is unreachable', async () => {
  const nobody = httpSms({ url: `http://127.0.0.1:${await closedPort()}`, token })
  const unreachable = { kind: 'unreachable', reason: 'no answer of the gateway' }
  expect(await nobody.send(message, going)).toEqual(unreachable)
  gateway.script(() => 'reset')
  expect(await httpSms({ url: gateway.url, token }).send(message, going)).toEqual(unreachable)
  gateway.script(() => 'hang')
  expect(await httpSms({ url: gateway.url, token, wholeMilliseconds: 100 }).send(message, going)).toEqual(unreachable)
})

test('a process that ends says nothing of the gateway', async () => {
  gateway.script(() => 'hang')
  const ending = new AbortController()
  const sending = httpSms({ url: gateway.url, token }).send(message, ending.signal)
  ending.abort()
  expect(await sending).toEqual({ kind: 'interrupted', reason: 'this process ends' })
})
