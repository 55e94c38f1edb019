import { createHash, createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { signEksToken } from './eks-token.ts'

const now = new Date('2026-11-22T12:00:00Z')
// AWS's own example key.
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }

const urlIn = (token: string): URL => new URL(Buffer.from(token.replace(/^k8s-aws-v1\./, ''), 'base64url').toString())

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
const hash = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Signature Version 4 written out from its documentation, as the server computes it. */
const signatureOf = (url: URL, cluster: string, region: string): string => {
  const query = [...url.searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&')
  const headers = `host:${url.host}\nx-k8s-aws-id:${cluster}\n`
  const canonical = ['GET', '/', query, headers, 'host;x-k8s-aws-id', hash('')].join('\n')
  const scope = `20261122/${region}/sts/aws4_request`
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`)
  return hmac(key, ['AWS4-HMAC-SHA256', '20261122T120000Z', scope, hash(canonical)].join('\n')).toString('hex')
}

test.each([
  ['us-east-1', 'sts.us-east-1.amazonaws.com'],
  ['cn-north-1', 'sts.cn-north-1.amazonaws.com.cn'],
])('a token is a question to STS of %s that bears our signature', async (region, host) => {
  const token = await signEksToken({ cluster: 'shop-prod', region, credentials, now })
  const url = urlIn(token)
  expect(token).toMatch(/^k8s-aws-v1\.[\w-]+$/)
  expect(url.host).toBe(host)
  expect(Object.fromEntries(url.searchParams)).toEqual({
    Action: 'GetCallerIdentity',
    Version: '2011-06-15',
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `AKIDEXAMPLE/20261122/${region}/sts/aws4_request`,
    'X-Amz-Date': '20261122T120000Z',
    'X-Amz-Expires': '60',
    'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
    'X-Amz-Signature': signatureOf(url, 'shop-prod', region),
  })
})

test('it is for this cluster only', async () => {
  const signature = async (cluster: string) =>
    urlIn(await signEksToken({ cluster, region: 'us-east-1', credentials, now })).searchParams.get('X-Amz-Signature')
  expect(await signature('shop-prod')).not.toBe(await signature('shop-staging'))
})

test('the session of an assumed role is signed too', async () => {
  const assumed = { ...credentials, sessionToken: 'session+token/with=signs' }
  const token = await signEksToken({ cluster: 'shop-prod', region: 'us-east-1', credentials: assumed, now })
  const url = urlIn(token)
  expect(url.searchParams.get('X-Amz-Security-Token')).toBe('session+token/with=signs')
  expect(url.searchParams.get('X-Amz-Signature')).toBe(signatureOf(url, 'shop-prod', 'us-east-1'))
})
