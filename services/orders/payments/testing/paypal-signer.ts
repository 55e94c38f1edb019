import { randomUUID, sign } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { makeCertificate } from './certificate-authority.ts'

const day = 86_400_000

export type PayPalSigning = { readonly webhookId: string; readonly at: Date }

/** PayPal's key, its certificate and who vouches for it. */
export function payPalSigner(now = new Date()) {
  const validFrom = new Date(now.getTime() - day)
  const validTo = new Date(now.getTime() + 30 * day)
  const times = { validFrom, validTo }
  const rootName = 'Root of the tests'
  const middleName = 'Between of the tests'
  const root = makeCertificate({ ...times, commonName: rootName, authority: true })
  const middle = makeCertificate({
    ...times,
    commonName: middleName,
    authority: true,
    issuer: { commonName: rootName, privateKey: root.privateKey },
  })
  const issuer = { commonName: middleName, privateKey: middle.privateKey }
  const leafFor = (commonName: string, until = validTo) =>
    makeCertificate({ validFrom, validTo: until, commonName, issuer, authority: false })
  const leaf = leafFor('messageverificationcerts.paypal.com')
  const url = 'https://api.paypal.com/v1/notifications/certs/CERT-of-the-tests'
  return {
    url,
    root: root.pem,
    chain: leaf.pem + middle.pem,
    /** Such a chain for another name or time, and its key. */
    chainFor(commonName: string, until?: Date) {
      const other = leafFor(commonName, until)
      return { pem: other.pem + middle.pem, privateKey: other.privateKey }
    },
    sign(body: string, { webhookId, at }: PayPalSigning, key = leaf.privateKey): Readonly<Record<string, string>> {
      const id = randomUUID()
      const time = at.toISOString().replace(/\.\d+Z$/, 'Z')
      const message = `${id}|${time}|${webhookId}|${crc32(Buffer.from(body))}`
      return {
        'paypal-transmission-id': id,
        'paypal-transmission-time': time,
        'paypal-transmission-sig': sign('RSA-SHA256', Buffer.from(message), key).toString('base64'),
        'paypal-cert-url': url,
        'paypal-auth-algo': 'SHA256withRSA',
      }
    },
  }
}
