import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

export type TestCertificate = { readonly pem: string; readonly privateKey: KeyObject }

export type CertificateWanted = {
  readonly commonName: string
  readonly validFrom: Date
  readonly validTo: Date
  /** Signed by itself where it is left out. */
  readonly issuer?: { readonly commonName: string; readonly privateKey: KeyObject }
  readonly authority: boolean
}

/** An X.509 certificate, written by hand: Node.js reads them and makes none, and no test shall need a program for it. */
export function makeCertificate(wanted: CertificateWanted): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const issuer = wanted.issuer ?? { commonName: wanted.commonName, privateKey }
  const algorithm = sequence(Buffer.from('06092a864886f70d01010b0500', 'hex'))
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    name(issuer.commonName),
    sequence(time(wanted.validFrom), time(wanted.validTo)),
    name(wanted.commonName),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(basicConstraints(wanted.authority))),
  )
  const signature = sign('RSA-SHA256', body, issuer.privateKey)
  const der = sequence(body, algorithm, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return { pem: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'), privateKey }
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content
  if (length < 128) return Buffer.concat([Buffer.from([tag, length]), content])
  const size = length < 256 ? Buffer.from([0x81, length]) : Buffer.from([0x82, length >> 8, length & 0xff])
  return Buffer.concat([Buffer.from([tag]), size, content])
}

const sequence = (...parts: readonly Buffer[]): Buffer => tagged(0x30, Buffer.concat(parts))
const integer = (bytes: Buffer): Buffer => tagged(0x02, bytes)

function name(commonName: string): Buffer {
  const attribute = sequence(Buffer.from('0603550403', 'hex'), tagged(0x0c, Buffer.from(commonName)))
  return sequence(tagged(0x31, attribute))
}

/** UTCTime: good until 2049. */
const time = (date: Date): Buffer =>
  tagged(0x17, Buffer.from(`${date.toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`))

function basicConstraints(authority: boolean): Buffer {
  const value = authority ? sequence(tagged(0x01, Buffer.from([0xff]))) : sequence()
  return sequence(Buffer.from('0603551d13', 'hex'), tagged(0x01, Buffer.from([0xff])), tagged(0x04, value))
}
