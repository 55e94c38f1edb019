import { expect, test } from 'vitest'
import { ProviderUnavailable } from '../provider.ts'
import { payPalSigner } from '../testing/paypal-signer.ts'
import { payPalCertificates } from './paypal-certificates.ts'

const now = new Date('2026-11-22T13:37:00.000Z')
const daysLater = (days: number) => new Date(now.getTime() + days * 86_400_000)
const signer = payPalSigner(now)
const other = payPalSigner(now)

const reasonOf = async ({ pem = signer.chain, roots = [signer.root], url = signer.url, at = now }): Promise<string> => {
  const certificates = payPalCertificates({ fetch: async () => pem, roots })
  return certificates.signer(url, at).then(
    () => 'trusted',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
}
const refused = (reason: string) => `webhook refused: ${reason}`

test('a certificate of PayPal with its chain up to a root that we know is trusted', async () => {
  expect(await reasonOf({})).toBe('trusted')
  expect(await reasonOf({ url: 'https://api-m.sandbox.paypal.com/v1/notifications/certs/CERT-1' })).toBe('trusted')
})

test.each([
  'http://api.paypal.com/v1/notifications/certs/CERT-1',
  'https://api.paypal.com.evil.test/v1/notifications/certs/CERT-1',
  'https://evil.test/v1/notifications/certs/CERT-1',
  'https://evil.test/https://api.paypal.com/v1/notifications/certs/CERT-1',
  'https://api.paypal.com@evil.test/v1/notifications/certs/CERT-1',
  'https://user:word@api.paypal.com/v1/notifications/certs/CERT-1',
  'https://api.paypal.com:8443/v1/notifications/certs/CERT-1',
  'https://www.paypal.com/v1/notifications/certs/CERT-1',
  'https://api.paypal.com/v1/notifications/certs/../../uploads/CERT-1',
  'no url',
])('a certificate is never fetched from %s', async (url) => {
  expect(await reasonOf({ url })).toBe(refused('bad_certificate_url'))
})

test.each([
  ['under a root that is not ours', { roots: [other.root] }],
  ['without the link in between', { pem: signer.chain.slice(0, signer.chain.indexOf('-----END') + 30) }],
  ['whose links are of another chain', { pem: signer.chain.split('-----END')[0] + other.chain }],
  ['of somebody else under a good root', { pem: signer.chainFor('messageverificationcerts.paypal.com.evil.test').pem }],
  ['that has run out', { at: daysLater(31) }],
  ['that is not valid yet', { at: daysLater(-2) }],
  ['that ran out before its issuer', { pem: signer.chainFor('x.paypal.com', daysLater(1)).pem, at: daysLater(2) }],
  ['that is none', { pem: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' }],
  ['that is an error page', { pem: '' }],
])('a certificate %s is refused', async (_, given) => {
  expect(await reasonOf(given)).toBe(refused('bad_certificate'))
})

test('it is fetched once, and again after it was refused', async () => {
  let fetched = 0
  const pems = ['', signer.chain]
  const certificates = payPalCertificates({
    fetch: async () => pems[fetched++] ?? '',
    roots: [signer.root],
  })
  await expect(certificates.signer(signer.url, now)).rejects.toThrow('bad_certificate')
  await certificates.signer(signer.url, now)
  await certificates.signer(signer.url, now)
  expect(fetched).toBe(2)
})

test('deliveries at once fetch it once', async () => {
  let fetched = 0
  const fetch = async () => {
    fetched += 1
    return signer.chain
  }
  const certificates = payPalCertificates({ fetch, roots: [signer.root] })
  await Promise.all(Array.from({ length: 20 }, () => certificates.signer(signer.url, now)))
  expect(fetched).toBe(1)
})

test('URLs that somebody makes up are not fetched more than ten times a minute, and what is known goes on', async () => {
  let fetched = 0
  const fetch = async ({ pathname }: URL) => {
    fetched += 1
    return pathname.includes('made-up') ? '' : signer.chain
  }
  const certificates = payPalCertificates({ fetch, roots: [signer.root] })
  const made = (index: number) => `https://api.paypal.com/v1/notifications/certs/made-up-${index}`
  await certificates.signer(signer.url, now)
  for (let index = 1; index < 10; index += 1) {
    await expect(certificates.signer(made(index), now)).rejects.toThrow('bad_certificate')
  }
  await expect(certificates.signer(made(10), now)).rejects.toBeInstanceOf(ProviderUnavailable)
  await certificates.signer(signer.url, now)
  expect(fetched).toBe(10)
  await expect(certificates.signer(made(10), new Date(now.getTime() + 60_000))).rejects.toThrow('bad_certificate')
})
