import { expect, test } from 'vitest'
import { z } from 'zod'
import { faultOf } from './expectation.ts'

const answer = (text: string) => ({ status: 200, headers: new Headers(), text })

test.each([
  ['whole', (token: string) => `{"access_token":"${token}"}`],
  ['cut off by the shop itself', (token: string) => `{"access_token":"${token}`],
])('an answer of another form is shown without the secret in it, also where that is %s', (_, textOf) => {
  const token = 'c4nary'.repeat(100)
  const fault = faultOf(answer(textOf(token)), { status: 200, json: z.object({ refresh_token: z.string() }) })
  expect(fault).toMatch(/answered 200 with/)
  expect(fault).not.toContain('c4nary')
})
