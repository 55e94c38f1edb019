import { expect, test } from 'vitest'
import type { Http, HttpResponse } from '../engine/scenario/http.ts'
import { Sessions } from './sessions.ts'
import type { RunData } from './shop-settings.ts'

const refuse = () => Promise.reject(new Error('nothing but what the shop is asked'))
const http: Http = { request: refuse, get: refuse, post: refuse, put: refuse, delete: refuse }

const answer = (value: unknown): HttpResponse => ({
  status: 200,
  headers: {},
  text: () => JSON.stringify(value),
  json: () => value,
})

const dataOf = (...minutesLeft: readonly number[]): RunData => ({
  run: 'a1b2c3d4',
  password: 'a word',
  accounts: minutesLeft.map((minutes, number) => ({
    email: `${number}@shop.example`,
    token: `first of ${number}`,
    endsAtEpochMilliseconds: Date.now() + minutes * 60_000,
  })),
  products: [{ id: 'p', name: 'pan' }],
})

/** Sessions, and how often the shop was asked for a login. */
const sessionsOf = (data: RunData, shop: 'open' | 'closed' = 'open') => {
  const asked: unknown[] = []
  const sessions = new Sessions(async (_, __, { body }) => {
    asked.push(body)
    if (shop === 'closed') throw new Error('busy')
    return answer({ access_token: 'second', expires_in: 900 })
  }, data)
  return { sessions, asked }
}

test('several users are one customer, and nobody logs in who is logged in', async () => {
  const { sessions, asked } = sessionsOf(dataOf(15, 15))
  const tokens = await Promise.all([0, 1, 2, 3].map((user) => sessions.tokenOf(user, http)))
  expect(tokens).toEqual(['first of 0', 'first of 1', 'first of 0', 'first of 1'])
  expect(asked).toEqual([])
})

test('a login that is about to end is made anew once, whoever comes meanwhile', async () => {
  const { sessions, asked } = sessionsOf(dataOf(0.5))
  expect(await Promise.all([0, 1, 2].map((user) => sessions.tokenOf(user, http)))).toEqual(Array(3).fill('second'))
  expect(await sessions.tokenOf(3, http)).toBe('second')
  expect(asked).toEqual([{ email: '0@shop.example', password: 'a word' }])
})

test('they are not all made anew in the same minute', async () => {
  const { sessions, asked } = sessionsOf(dataOf(...Array(100).fill(3)))
  for (let user = 0; user < 100; user++) await sessions.tokenOf(user, http)
  expect(asked.length).toBeGreaterThan(20)
  expect(asked.length).toBeLessThan(80)
})

test('where the shop is too busy the login is good until its end, and not longer', async () => {
  const early = sessionsOf(dataOf(0.5), 'closed')
  expect(await early.sessions.tokenOf(0, http)).toBe('first of 0')
  const late = sessionsOf(dataOf(-1), 'closed')
  await expect(late.sessions.tokenOf(0, http)).rejects.toThrow('busy')
})
