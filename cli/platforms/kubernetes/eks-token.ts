import type { AwsCredentialIdentity } from '@smithy/types'

export type EksTokenRequest = {
  readonly cluster: string
  readonly region: string
  readonly credentials: AwsCredentialIdentity
  readonly now: Date
}

/** How long EKS takes the URL for, beside its own rule of 15 minutes from the signing; AWS's own tools say the same. */
const urlSeconds = 60

const stsHost = (region: string): string => `sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`

/**
 * A token of EKS is a signed question to STS, "who am I", as a URL. EKS asks it in our place. It holds the access key's
 * id and a signature, and is as secret as a password for a quarter of an hour.
 */
export const signEksToken = async ({ cluster, region, credentials, now }: EksTokenRequest): Promise<string> => {
  const [{ SignatureV4 }, { Sha256 }, { HttpRequest }] = await Promise.all([
    import('@smithy/signature-v4'),
    import('@aws-crypto/sha256-js'),
    import('@smithy/protocol-http'),
  ])
  const hostname = stsHost(region)
  const signer = new SignatureV4({ credentials, region, service: 'sts', sha256: Sha256 })
  const request = new HttpRequest({
    method: 'GET',
    protocol: 'https:',
    hostname,
    path: '/',
    query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    headers: { host: hostname, 'x-k8s-aws-id': cluster },
  })
  const { query = {} } = await signer.presign(request, { expiresIn: urlSeconds, signingDate: now })
  const words = Object.entries(query).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
  )
  return `k8s-aws-v1.${Buffer.from(`https://${hostname}/?${words.join('&')}`).toString('base64url')}`
}
