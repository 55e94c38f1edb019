import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createShop, type Shop } from './shop.ts'

let shop: Shop
beforeAll(async () => {
  shop = await createShop()
})
afterAll(() => shop.close())

describe('wrong usage changes nothing and says what is near', () => {
  const cases = [
    { typed: 'deploy --env lcoal', code: 'UNKNOWN_ENVIRONMENT', near: 'did you mean "local"?' },
    { typed: 'deploy --env local --prot 1', code: 'UNKNOWN_FLAG', near: 'did you mean --port?' },
    { typed: 'deplyo --env local', code: 'UNKNOWN_COMMAND', near: 'did you mean "deploy"?' },
    { typed: 'logs ordrs --env local', code: 'UNKNOWN_SERVICE', near: 'did you mean "orders"?' },
    { typed: 'deploy --env local --only catlog', code: 'UNKNOWN_SERVICE', near: 'did you mean "catalog"?' },
    { typed: 'deploy', code: 'FLAG_MISSING', near: 'needs --env' },
  ]
  const document = z.object({ ok: z.literal(false), exitCode: z.literal(64), error: z.object({ code: z.string() }) })

  test.each(cases)('shopctl $typed', async ({ typed, code, near }) => {
    const words = typed.split(' ')
    const text = await shop.run(words)
    expect(text).toMatchObject({ code: 64, stdout: '', stderr: expect.stringMatching(new RegExp(`^${code}: `)) })
    expect(text.stderr).toContain(near)
    const json = await shop.run([...words, '--json'])
    expect({ code: json.code, stderr: json.stderr }).toEqual({ code: 64, stderr: '' })
    expect(document.parse(JSON.parse(json.stdout)).error.code).toBe(code)
  })
})
