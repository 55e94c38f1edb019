import { expect, test } from 'vitest'
import { LineBuffer } from './line-buffer.ts'

test('lines are written together, in order, when asked or when many', () => {
  const written: string[] = []
  const buffer = new LineBuffer((bytes) => written.push(bytes.toString()) && bytes.length)
  buffer.write('a\n')
  buffer.write('b\n')
  expect(written).toEqual([])
  buffer.flush()
  buffer.flush()
  expect(written).toEqual(['a\nb\n'])
  buffer.write('x'.repeat(9_000))
  expect(written).toHaveLength(2)
})

test('a full pipe is tried again with what it did not take', () => {
  const written: string[] = []
  let calls = 0
  const buffer = new LineBuffer((bytes) => {
    calls += 1
    if (calls === 1) throw Object.assign(new Error('full'), { code: 'EAGAIN' })
    written.push(bytes.subarray(0, 2).toString())
    return Math.min(2, bytes.length)
  })
  buffer.write('abcd\n')
  buffer.flush()
  expect(written.join('')).toBe('abcd\n')
})

test('a log that cannot be written costs its lines, not the process', () => {
  const buffer = new LineBuffer(() => {
    throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
  })
  buffer.write('a\n')
  expect(() => buffer.flush()).not.toThrow()
})
