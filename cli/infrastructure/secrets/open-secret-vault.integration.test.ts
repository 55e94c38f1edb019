import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { openSecretVault } from './open-secret-vault.ts'

const requestSchema = z.object({ ClientRequestToken: z.string().optional(), SecretString: z.string().optional() })
const portSchema = z.object({ port: z.int() })

/** What AWS says of a secret that it documents and the emulator does not keep: one token, one value. */
const kept = new Map<string, string>()
let failure: { readonly type: string; readonly message: string } | null
let server: Server
const environment = { ...process.env }

const answerTo = (
  action: string,
  { ClientRequestToken: token = '', SecretString: value = '' }: z.infer<typeof requestSchema>,
) => {
  if (failure !== null) return { status: 400, body: { __type: failure.type, message: failure.message } }
  if (action === 'PutSecretValue') {
    const before = kept.get(token)
    if (before !== undefined && before !== value)
      return {
        status: 400,
        body: { __type: 'ResourceExistsException', message: 'the token was used for another value' },
      }
    kept.set(token, value)
    return { status: 200, body: { VersionId: token } }
  }
  const [version] = [...kept]
  if (action !== 'GetSecretValue' || version === undefined)
    return { status: 400, body: { __type: 'ResourceNotFoundException', message: 'there is none' } }
  return { status: 200, body: { VersionId: version[0], SecretString: version[1] } }
}

beforeEach(async () => {
  kept.clear()
  failure = null
  server = createServer(async (request, response) => {
    const action = String(request.headers['x-amz-target']).split('.').at(-1) ?? ''
    const { status, body } = answerTo(action, requestSchema.parse(JSON.parse(await text(request))))
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
    response.end(JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const AWS_ENDPOINT_URL = `http://127.0.0.1:${portSchema.parse(server.address()).port}`
  process.env = { ...environment, AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }
})
afterEach(() => {
  process.env = environment
  server.closeAllConnections()
  server.close()
})

const open = (signal = AbortSignal.timeout(20_000)) => openSecretVault({ region: 'us-east-1', signal })
const secret = { name: 'shop/prod/cache', arn: 'arn:aws:secretsmanager:us-east-1:0:secret:shop/prod/cache-AbCdEf' }

test('of two first values at once one is taken, and who was second is told and reads the first', async () => {
  const [one, two] = await Promise.all([open(), open()])
  const took = await Promise.all([one.putFirst(secret, 'first'), two.putFirst(secret, 'second')])
  expect(took.toSorted()).toEqual([false, true])
  const value = await two.read(secret.name)
  expect(value?.text).toBe(took[0] ? 'first' : 'second')
})

test('a secret that was deleted and made again takes a first value again', async () => {
  const vault = await open()
  expect(await vault.putFirst(secret, 'first')).toBe(true)
  expect(await vault.putFirst({ ...secret, arn: `${secret.arn}x` }, 'again')).toBe(true)
})

test.each([
  ['AccessDeniedException', 'AWS_FORBIDDEN', 3],
  ['ExpiredTokenException', 'AWS_NOT_LOGGED_IN', 3],
  ['KMSAccessDeniedException', 'AWS_UNREACHABLE', 6],
])('%s is %s, and says no value', async (type, code, exitCode) => {
  failure = { type, message: 'not for you' }
  const vault = await open()
  const refused = await vault.putFirst(secret, 'canary-value').catch((error: unknown) => error)
  expect(refused).toMatchObject({ code, exitCode })
  expect(JSON.stringify(refused)).not.toContain('canary')
})

test('an interrupt ends the question', async () => {
  const vault = await open(AbortSignal.abort(new Error('Ctrl-C')))
  await expect(vault.read(secret.name)).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 130 })
})
