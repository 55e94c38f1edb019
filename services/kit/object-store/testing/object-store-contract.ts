import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { NewObject, ObjectStore } from '../object-store.ts'

export const objectOf = (key: string, text: string): NewObject => {
  const bytes = Buffer.from(text)
  return { key, bytes, contentType: 'application/pdf', sha256: createHash('sha256').update(bytes).digest('hex') }
}

/** What every store does, whatever keeps the bytes. `open` gives one that has nothing under the names of `of`. */
export function objectStoreContract(open: (of: string) => ObjectStore): void {
  test('what was put is there, also for another process', async () => {
    const object = objectOf('a/2026/first.pdf', 'the first')
    expect(await open('put').put(object)).toEqual({ outcome: 'created' })
    expect(Buffer.from((await open('put').get(object.key)) ?? [])).toEqual(object.bytes)
  })

  test('what is not there is null', async () => {
    expect(await open('none').get('a/2026/none.pdf')).toBeNull()
  })

  test('the same put again changes nothing and says so', async () => {
    const object = objectOf('a/again.pdf', 'again')
    await open('again').put(object)
    expect(await open('again').put(object)).toEqual({ outcome: 'same' })
  })

  test('other bytes never replace what is there', async () => {
    const store = open('other')
    const first = objectOf('a/one.pdf', 'one')
    await store.put(first)
    const second = await store.put(objectOf('a/one.pdf', 'another one'))
    expect(second).toEqual({ outcome: 'other', storedSha256: first.sha256 })
    expect(Buffer.from((await store.get('a/one.pdf')) ?? [])).toEqual(first.bytes)
  })

  test('of twenty that put under one key at once one creates, and what it put stays', async () => {
    const objects = Array.from({ length: 20 }, (_, index) => objectOf('a/race.pdf', `${index}`.repeat(2_000)))
    const outcomes = await Promise.all(objects.map((object) => open('race').put(object)))
    const winner = objects[outcomes.findIndex(({ outcome }) => outcome === 'created')]
    expect(outcomes.filter(({ outcome }) => outcome === 'other')).toHaveLength(19)
    expect(Buffer.from((await open('race').get('a/race.pdf')) ?? [])).toEqual(winner?.bytes)
  })

  test('a store that works says so', async () => {
    await expect(open('check').check()).resolves.toBeUndefined()
  })

  const outside = ['../a', 'a/../../b', '/etc/passwd', 'a//b', '', 'a/.hidden', 'a\\..\\b', 'a/%2e%2e/b', 'a\u0000b']
  test.each(outside)('%j is no key, for reading and for writing', async (key) => {
    const store = open('names')
    await expect(store.put(objectOf(key, 'x'))).rejects.toThrow('not the key of an object')
    await expect(store.get(key)).rejects.toThrow('not the key of an object')
  })
}
