import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fetchTagged } from './tagged-resources.ts'
import { whoChanged } from './who-changed.ts'

let aws: Server

/** An AWS that answers with a status and an empty document, or never. */
const answering = async (status: number | 'never') => {
  aws = createServer((_, response) => {
    if (status === 'never') return
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
    response.end('{}')
  })
  await once(aws.listen(0, '127.0.0.1'), 'listening')
  const address = aws.address()
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
}
const place = { region: 'us-east-1', environment: 'dev', names: new Map([['aws_vpc.one', ['vpc-1']]]) }
const patient = () => ({ ...place, signal: new AbortController().signal })

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', '739182640517')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
})
afterEach(() => {
  vi.unstubAllEnvs()
  aws.closeAllConnections()
  aws.close()
})

test('an AWS that does not let us ask is no failure of drift: nobody is named, and what is untracked is not known', async () => {
  await answering(403)
  expect(await fetchTagged(patient())).toBeNull()
  expect(await whoChanged(patient())).toEqual(new Map())
})

test('an index without anything of ours is empty, which is not the same as unknown', async () => {
  await answering(200)
  expect(await fetchTagged(patient())).toEqual([])
})

test.each([
  ['which resources are ours', fetchTagged],
  ['who changed what', whoChanged],
])('whoever interrupts the question %s is not given half an answer', async (_, ask) => {
  await answering('never')
  const interrupt = new AbortController()
  const asked = ask({ ...place, signal: interrupt.signal })
  await once(aws, 'request')
  interrupt.abort()
  await expect(asked).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 130 })
})
