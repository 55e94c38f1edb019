import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exitCodes } from './exit-codes.ts'

const readme = join(import.meta.dirname, '..', '..', 'README.md')

test('each exit code has one meaning', () => {
  const codes = Object.values(exitCodes).map(({ code }) => code)
  expect(new Set(codes).size).toBe(codes.length)
})

test('the README has the same table', () => {
  const rows = [...readFileSync(readme, 'utf8').matchAll(/^\| (\d+) \| (.+?) \|$/gm)]
  const told = rows.map(([, code, meaning = '']) => ({ code: Number(code), meaning: meaning.replaceAll('`', '') }))
  expect(told).toEqual(Object.values(exitCodes).map(({ code, meaning }) => ({ code, meaning })))
})
