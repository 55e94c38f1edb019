/** One kind of secret: what it looks like in a line of text. A group named `value` is what has to look random. */
export type SecretRule = {
  readonly name: string
  /** What a person would call it. */
  readonly what: string
  readonly pattern: RegExp
  /** How random the value has to be, in bits a character; known forms need no such proof. */
  readonly leastEntropy?: number
}

// Lengths are bounded, because a line may be made to take for ever where they are not.
const secretName = String.raw`(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential)[\w.-]{0,40}`
const quoted = String.raw`["'\`](?<value>[A-Za-z0-9+/=_~.-]{16,})["'\`]`

/** Known forms first; the last two are for what has none, and ask for a name that says what it is and a random value. */
export const secretRules: readonly SecretRule[] = [
  { name: 'aws-access-key', what: "an AWS access key's id", pattern: /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/ },
  {
    name: 'aws-secret-key',
    what: 'an AWS secret key',
    pattern: /aws.{0,24}?(?:secret|key).{0,24}?[\s"'=:](?<value>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/i,
    leastEntropy: 4,
  },
  {
    name: 'private-key',
    what: 'a private key',
    pattern: /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?!\\n\$\{)/,
  },
  {
    name: 'jwk-private-key',
    what: 'the private half of a JWK',
    pattern: /"?\bd"?\s*:\s*["'](?<value>[\w-]{43,})["']/,
    leastEntropy: 4,
  },
  { name: 'github-token', what: 'a GitHub token', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,})/ },
  { name: 'gitlab-token', what: 'a GitLab token', pattern: /\bglpat-[\w-]{20,}/ },
  { name: 'npm-token', what: 'an npm token', pattern: /\bnpm_[A-Za-z0-9]{36}\b|_authToken=(?!\$\{)[^\s$]{8,}/ },
  { name: 'slack-token', what: 'a Slack token', pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/ },
  {
    name: 'slack-webhook',
    what: "a Slack webhook's address",
    pattern: /hooks\.slack\.com\/(?:services|workflows)\/T\w{6,}\/\w{6,}\/\w{10,}/,
  },
  { name: 'stripe-key', what: 'a Stripe key', pattern: /\b(?:sk|rk)_live_[A-Za-z0-9]{16,}|\bwhsec_[A-Za-z0-9+/]{32,}/ },
  { name: 'google-key', what: 'a Google API key', pattern: /\bAIza[\w-]{35}(?![\w-])/ },
  { name: 'sonar-token', what: 'a SonarQube token', pattern: /\bsq[apu]_[0-9a-f]{40}\b/ },
  { name: 'sendgrid-key', what: 'a SendGrid key', pattern: /\bSG\.[\w-]{22}\.[\w-]{43}/ },
  {
    name: 'jwt',
    what: 'a JSON web token',
    pattern: /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.(?<value>[\w-]{20,})/,
    leastEntropy: 3.5,
  },
  {
    name: 'url-password',
    what: 'an address with a password',
    // Names that nobody can have, and this machine.
    pattern:
      /\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s:/@"'`$<{]*:(?<value>[^\s@/:"'`$<{]{8,})@(?!localhost|127\.|[\w.-]+\.(?:invalid|example|test)\b)/i,
    leastEntropy: 3,
  },
  {
    name: 'secret-in-code',
    what: 'a random value under the name of a secret',
    pattern: new RegExp(String.raw`${secretName}["']?\s*(?::|=|=>|:=)\s*${quoted}`, 'i'),
    leastEntropy: 3.7,
  },
  {
    name: 'secret-in-settings',
    what: 'a random value under the name of a secret',
    pattern: new RegExp(
      String.raw`^\s*(?:export\s+|-\s+)?[\w.-]{0,40}?${secretName}\s*[:=]\s*(?<value>[A-Za-z0-9+/=_-]{16,})\s*(?:#.*)?$`,
      'i',
    ),
    leastEntropy: 3.7,
  },
]

/** Values of documentation and of tests that say so themselves, and those that this repository has made up. */
export const harmless: readonly RegExp[] = [
  /example|dummy|sample|placeholder|changeme|canary|c4nary|preview|fixture|golden|012345|123456|abcdef/i,
  /(?:^|[^a-z])tests?(?:[^a-z]|$)/i,
  /^kE4mUo7Qx2Zr9Vb1/,
  /^Zk1vX2p8bqv0yq3m/,
  /^p%40ss%2Fw%3Ard$/,
  /^sk_(?:live|test)_a1B2c3D4e5F6$/,
]

/** Files that hold nothing but secrets, whatever is in them. */
export const secretFiles: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: "a private key's file", pattern: /(?:^|\/)id_(?:rsa|dsa|ecdsa|ed25519)$/ },
  { what: 'a store of keys', pattern: /\.(?:p12|pfx|jks|keystore|kdbx)$/i },
  { what: 'settings of one machine', pattern: /(?:^|\/)\.env(?:\.(?!example$|sample$|template$)[\w-]+)?$/ },
  {
    what: "a cloud's or registry's login",
    pattern: /(?:^|\/)(?:\.aws\/credentials|\.docker\/config\.json|\.pgpass|\.netrc)$/,
  },
]

/** On the line, or alone on the line before; with a reason. */
export const allowComment = /shopctl:allow-secret[ \t]+\S/
