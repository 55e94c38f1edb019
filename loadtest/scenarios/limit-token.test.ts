import { expect, test } from 'vitest'
import { bypassHeader, isBypass } from '../../services/kit/rate-limit/bypass.ts'
import { limitHeader, requestHeaders } from './limit-token.ts'

const key = 'a key of at least thirty-two characters'

test('the services know a load test by its header, in the minute that it was sent in', () => {
  let now = new Date('2026-11-23T12:00:30Z')
  const headersOf = requestHeaders({ headers: { 'x-release-preview': 'token' }, limitKey: key }, () => now)
  expect(limitHeader).toBe(bypassHeader)
  const first = headersOf()
  expect(first['x-release-preview']).toBe('token')
  expect(isBypass(first[bypassHeader], { key, now })).toBe(true)
  now = new Date('2026-11-23T12:01:10Z')
  expect(isBypass(first[bypassHeader], { key, now })).toBe(false)
  expect(isBypass(headersOf()[bypassHeader], { key, now })).toBe(true)
  expect(isBypass(headersOf()[bypassHeader], { key: `${key}!`, now })).toBe(false)
})

test('where there is no key nothing is proven', () => {
  expect(requestHeaders({ headers: {}, limitKey: null }, () => new Date())()).toEqual({})
})
