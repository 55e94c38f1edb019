import { X509Certificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import { once } from '../../../kit/once.ts'
import { ProviderUnavailable, WebhookRefused } from '../provider.ts'

/** What is behind the URL, as PEM. Throws ProviderUnavailable where it cannot be had now. */
export type FetchCertificates = (url: URL) => Promise<string>

export type PayPalCertificates = {
  /** The certificate that signed, at this time valid and PayPal's own. Throws WebhookRefused. */
  signer(url: string | undefined, now: Date): Promise<X509Certificate>
  close(): void
}

export type CertificateParts = {
  readonly fetch: FetchCertificates
  /** Whom we believe, as PEM; those of Node.js where it is left out. */
  readonly roots?: readonly string[]
  /** Of what it fetches with. */
  close?(): void
}

/** PayPal renews it once a year or so; more URLs than these at a time are somebody's play. */
const keptAtMost = 8
/** Anybody may send us URLs that look like PayPal's; who is told to come again is PayPal, and does. */
const fetchedAMinute = 10

export function payPalCertificates(parts: CertificateParts): PayPalCertificates {
  const { fetch, roots = rootCertificates, close = () => undefined } = parts
  const kept = new Map<string, readonly X509Certificate[]>()
  // A hundred and more: read when the first webhook comes, not at every start.
  const trusted = once(() => roots.map((pem) => new X509Certificate(pem)))

  const fetching = new Map<string, Promise<readonly X509Certificate[]>>()
  let fetchedAt: readonly number[] = []

  /** Throws ProviderUnavailable where too much was fetched in the last minute. */
  function refuseTooMany(now: Date): void {
    const aMinuteAgo = now.getTime() - 60_000
    fetchedAt = fetchedAt.filter((at) => at > aMinuteAgo)
    if (fetchedAt.length >= fetchedAMinute) {
      const cause = new Error(`webhooks have named ${fetchedAMinute} unknown certificates in a minute`)
      throw new ProviderUnavailable({ provider: 'paypal', mayHaveActed: false, retryAfterSeconds: 60, cause })
    }
    fetchedAt = [...fetchedAt, now.getTime()]
  }

  async function fetchChain(url: URL): Promise<readonly X509Certificate[]> {
    const chain = parsePem(await fetch(url))
    if (kept.size >= keptAtMost) kept.clear()
    kept.set(url.href, chain)
    return chain
  }

  async function chainAt(url: URL, now: Date): Promise<readonly X509Certificate[]> {
    const known = kept.get(url.href) ?? fetching.get(url.href)
    if (known !== undefined) return known
    refuseTooMany(now)
    const fetched = fetchChain(url).finally(() => fetching.delete(url.href))
    fetching.set(url.href, fetched)
    return fetched
  }

  return {
    async signer(given, now) {
      const url = ofPayPal(given)
      if (url === undefined) throw new WebhookRefused('bad_certificate_url')
      const chain = await chainAt(url, now)
      const [leaf] = chain
      if (leaf === undefined || !isPayPals(leaf) || !isTrusted(leaf, { chain, roots: trusted(), now })) {
        // Not for ever: the next delivery may find another one there.
        kept.delete(url.href)
        throw new WebhookRefused('bad_certificate')
      }
      return leaf
    },
    close,
  }
}

/** The header is the sender's word, so it may only choose among PayPal's own. */
function ofPayPal(given: string | undefined): URL | undefined {
  if (given === undefined || !URL.canParse(given)) return undefined
  const url = new URL(given)
  const hosts = /^(api|api-m)(\.sandbox)?\.paypal\.com$/
  const plain = url.protocol === 'https:' && url.port === '' && url.username === '' && url.password === ''
  return plain && hosts.test(url.hostname) && url.pathname.startsWith('/v1/notifications/certs/') ? url : undefined
}

const parsePem = (text: string): readonly X509Certificate[] =>
  (text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []).flatMap((pem) => {
    try {
      return [new X509Certificate(pem)]
    } catch {
      return []
    }
  })

const isPayPals = ({ subject }: X509Certificate): boolean => /^CN=(?:[a-z0-9-]+\.)+paypal\.com$/m.test(subject)

type Trust = {
  readonly chain: readonly X509Certificate[]
  readonly roots: readonly X509Certificate[]
  readonly now: Date
}

/** Upwards from the leaf, each link signed by the next and valid now, until one that a root has signed. */
function isTrusted(leaf: X509Certificate, { chain, roots, now }: Trust): boolean {
  let current = leaf
  for (let length = 0; length <= chain.length; length += 1) {
    if (!isValidAt(current, now)) return false
    if (roots.some((root) => hasIssued(root, { subject: current, now }))) return true
    const issuer = chain.find((candidate) => candidate !== current && hasIssued(candidate, { subject: current, now }))
    if (issuer === undefined) return false
    current = issuer
  }
  return false
}

function hasIssued(issuer: X509Certificate, { subject, now }: { subject: X509Certificate; now: Date }): boolean {
  return issuer.ca && isValidAt(issuer, now) && subject.checkIssued(issuer) && subject.verify(issuer.publicKey)
}

const isValidAt = ({ validFromDate, validToDate }: X509Certificate, now: Date): boolean =>
  validFromDate <= now && now <= validToDate
