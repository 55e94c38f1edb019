import { expect, test } from 'vitest'
import { busKind, eventBusUrl } from './event-bus-url.ts'

test.each([
  ['postgres://shop@db:5432/bus', 'postgres'],
  ['postgresql://db/bus', 'postgres'],
  ['redis://cache:6379', 'redis'],
  ['rediss://:secret@cache:6380', 'redis'],
])('%s is a bus in %s', (url, kind) => {
  expect(eventBusUrl.parse(url)).toBe(url)
  expect(busKind(url)).toBe(kind)
})

test.each([
  ['kafka://canary:9092', /^must not start with kafka:\/\/ yet, which comes later; use one that starts with postgres:/],
  ['amqp://canary', /^must be a URL that starts with postgres:\/\/, redis:\/\/ or rediss:\/\/$/],
  ['canary', /^must be a URL that starts with postgres:/],
])('%s is refused', (url, rule) => {
  const { error } = eventBusUrl.safeParse(url)
  expect(error?.issues).toHaveLength(1)
  expect(error?.issues[0]?.message).toMatch(rule)
  expect(error?.issues[0]?.message).not.toContain('canary')
  expect(busKind(url)).toBeUndefined()
})
