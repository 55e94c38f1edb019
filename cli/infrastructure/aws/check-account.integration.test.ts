import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { checkAccount } from './check-account.ts'

const signal = new AbortController().signal
const place = { environment: 'prod', account: '481516234299', region: 'us-east-1' }
const emulator = process.env.AWS_ENDPOINT_URL
const servers: Server[] = []

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined)
  vi.stubEnv('HOME', '/nonexistent')
  vi.stubEnv('AWS_ACCESS_KEY_ID', place.account)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
})
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** Answers every question as AWS's STS answers. */
const startSts = async (status: number, body: string) => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(status, { 'content-type': 'text/xml' })
    response.end(body)
  })
  servers.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`)
  return asked
}

const refusal = (code: string, message: string): string =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`

test('F14: without credentials that is told in under 5 s, with three ways to get them', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', undefined)
  const began = performance.now()
  await expect(checkAccount(place, signal)).rejects.toMatchObject({
    code: 'AWS_NOT_LOGGED_IN',
    exitCode: 3,
    message: 'There are no AWS credentials for prod; nothing was changed.',
    fix: [
      expect.stringContaining('AWS_PROFILE'),
      expect.stringContaining('aws sso login'),
      expect.stringContaining('AWS_ACCESS_KEY_ID'),
    ],
  })
  expect(performance.now() - began).toBeLessThan(5000)
})

test('F15: an expired login is told as such', async () => {
  await startSts(403, refusal('ExpiredToken', 'The security token included in the request is expired'))
  await expect(checkAccount(place, signal)).rejects.toMatchObject({
    code: 'AWS_TOKEN_EXPIRED',
    exitCode: 3,
    message: 'Your AWS login for prod has expired. Nothing was changed.',
  })
})

test('F15: a denied action is named, and who wanted it', async () => {
  const who = 'arn:aws:iam::1:user/ada'
  await startSts(403, refusal('AccessDenied', `User: ${who} is not authorized to perform: sts:GetCallerIdentity`))
  await expect(checkAccount(place, signal)).rejects.toMatchObject({
    code: 'AWS_FORBIDDEN',
    exitCode: 3,
    message: `AWS does not let ${who} sts:GetCallerIdentity for prod. Nothing was changed.`,
  })
})

test('credentials that AWS does not know are not the same as none', async () => {
  await startSts(403, refusal('InvalidClientTokenId', 'The security token included in the request is invalid.'))
  await expect(checkAccount(place, signal)).rejects.toMatchObject({
    code: 'AWS_NOT_LOGGED_IN',
    message: expect.stringContaining('does not know the credentials'),
  })
})

test('F16: a region that is none is wrong usage, before anybody is asked', async () => {
  const asked = await startSts(500, '')
  const wrong = checkAccount({ ...place, region: 'us-esat-1' }, signal)
  await expect(wrong).rejects.toMatchObject({ code: 'AWS_REGION_UNKNOWN', exitCode: 64 })
  expect(asked).toEqual([])
})

test('AWS that cannot be reached is unknown, not refused', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:9')
  await expect(checkAccount(place, signal)).rejects.toMatchObject({ code: 'AWS_UNREACHABLE', exitCode: 6 })
})

describe.skipIf(emulator === undefined)(`on the emulator${emulator ? '' : ' (skipped: no AWS_ENDPOINT_URL)'}`, () => {
  beforeEach(() => vi.stubEnv('AWS_ENDPOINT_URL', emulator))

  test('whoever is of the right account is told by name', async () => {
    expect(await checkAccount(place, signal)).toEqual({
      account: place.account,
      arn: expect.stringContaining(`:${place.account}:`),
    })
  })

  test('F16: another account is refused with both numbers', async () => {
    await expect(checkAccount({ ...place, account: '111111111111' }, signal)).rejects.toMatchObject({
      code: 'AWS_OTHER_ACCOUNT',
      exitCode: 3,
      message: 'Your AWS credentials are of account 481516234299, and prod is in 111111111111; nothing was changed.',
    })
  })
})
