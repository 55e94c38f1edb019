import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { findSecrets } from './find-secrets.ts'
import { secretRules } from './secret-rules.ts'

/** Put together here, so that this file holds none. */
const made = (...parts: readonly string[]) => parts.join('')
const random = (characters: number) => {
  // Until it has a digit and a letter, as what is random and long has.
  for (;;) {
    const text = randomBytes(characters).toString('base64url').replaceAll(/[-_]/g, 'x7').slice(0, characters)
    if (/\d/.test(text) && /[a-z]/.test(text) && /[A-Z]/.test(text)) return text
  }
}
const upper = (characters: number) => 'Q7ZK2PLM5WXRT4VB'.repeat(3).slice(0, characters)

const examples: Readonly<Record<string, string>> = {
  'aws-access-key': `const id = '${made('AKIA', upper(16))}'`,
  'aws-secret-key': `aws_secret_access_key = ${made('wJalrX9tnFEMI/K7MDENG', '+bPxRfiCYzzqW4v8nQr')}`,
  'private-key': made('-----BEGIN RSA ', 'PRIVATE KEY-----'),
  'jwk-private-key': `{"kty":"EC","d":"${made('Q1w2E3r4T5y6U7i8O9p0', 'AsDfGhJkLzXcVbNmQwErTyU')}"}`,
  'github-token': `curl -H 'x: ${made('ghp_', random(36))}'`,
  'gitlab-token': made('glpat-', random(20)),
  'npm-token': `//registry.npmjs.org/:${made('_authToken', '=')}${random(36)}`,
  'slack-token': made('xoxb', '-', '2345678901-', random(24)),
  'slack-webhook': made('https://hooks.slack.com/', 'services/T1A2B3C4D/B5E6F7G8H/', random(24)),
  'stripe-key': made('sk_live', '_', random(24)),
  'google-key': made('AIza', random(35)),
  'sonar-token': made('sqp_', randomBytes(20).toString('hex')),
  'sendgrid-key': made('SG.', random(22), '.', random(43)),
  jwt: made('eyJhbGciOiJFUzI1NiJ9', '.', 'eyJzdWIiOiJhZGEifQ', '.', 'MEUCIQDx7Zr9Vb1Nc6Tj3Hs8Ly5Wd0PqR2m'),
  'url-password': made('postgres://shop:', 'hT9vQ2mZx4Lp', '@db.production.net/users'),
  'secret-in-code': `  clientSecret: '${made('hT9vQ2mZx4', 'Lp7KwR3nB8')}',`,
  'secret-in-settings': `STRIPE_TOKEN=${made('hT9vQ2mZx4', 'Lp7KwR3nB8')}`,
}

const inText = (text: string, path = 'some file.ts') =>
  findSecrets([{ path, lines: text.split('\n').map((line, index) => ({ number: index + 1, text: line })) }])

test('there is an example for every rule', () => {
  expect(Object.keys(examples)).toEqual(secretRules.map(({ name }) => name))
})

test.each(Object.entries(examples))('%s is found by its own rule, on its line', (rule, line) => {
  expect(inText(`first\n${line}\nthird`)).toEqual([
    { path: 'some file.ts', line: 2, rule, message: expect.stringMatching(/^looks like .* \(\d+ characters\)$/) },
  ])
})

test.each(Object.entries(examples))('what is said of %s holds no part of it', (_rule, line) => {
  const told = JSON.stringify(inText(line))
  const words = line.match(/[\w+/-]{12,}/g) ?? []
  expect(
    words.filter((word) => !/^(aws_secret_access_key|clientSecret|STRIPE_TOKEN)$/.test(word) && told.includes(word)),
  ).toEqual([])
})

test.each([
  "const password = 'correct horse battery staple'",
  "const token = process.env.SHOPCTL_TOKEN ?? ''",
  `password: ${'$'}{DATABASE_PASSWORD}`,
  "tokenType: 'Bearer-of-many-good-things'",
  '"integrity": "sha512-9zXcVbNmQwErTyU1w2E3r4T5y6U7i8O9p0AsDfGhJkL=="',
  'const digest = "sha256:57fb272b8b1b19ded8a950c6fcf4c136ca1557fb272b8b1b19ded8a950c6fcf4"',
  "secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'",
  'postgres://shop:hT9vQ2mZx4Lp@localhost:5432/users',
  'https://user:hT9vQ2mZx4Lp@db.invalid/',
  "import { secretFiles, secretRules } from './secret-rules.ts'",
  'passwordHash: z.string().min(32)',
  'token-lifetime-seconds: 900',
])('%s is no secret', (line) => {
  expect(inText(line)).toEqual([])
})

const secret = examples['aws-access-key'] ?? ''

test('a line that says why it is none is let through, also from the line before', () => {
  expect(inText(`${secret} // shopctl:allow-secret of the documentation`)).toEqual([])
  expect(inText(`// shopctl:allow-secret of the documentation\n${secret}`)).toEqual([])
})

test('a line that gives no reason, or stands further away, is not', () => {
  expect(inText(`${secret} // shopctl:allow-secret`)).toHaveLength(1)
  expect(inText(`// shopctl:allow-secret of the documentation\n\n${secret}`)).toHaveLength(1)
})

test.each(['.env', 'deploy/.env.production', 'keys/id_ed25519', 'a b/store.p12', '.aws/credentials'])(
  '%s holds nothing but secrets',
  (path) => {
    expect(findSecrets([{ path, lines: [] }])).toEqual([
      { path, line: null, rule: 'secret-file', message: expect.stringMatching(/^is /) },
    ])
  },
)

test.each(['.env.example', 'environment.ts', 'id_rsa.pub', 'p12.ts'])('%s may hold anything', (path) => {
  expect(findSecrets([{ path, lines: [] }])).toEqual([])
})

test('a line as long as a bundle is passed over', () => {
  expect(inText(`${secret}${' '.repeat(10_000)}`)).toEqual([])
})

test.each(['a-', 'token-', 'secret=', 'eyJ-', 'aws key ', ' ', 'a://b:', '"password": '])(
  'a line of nothing but %j is read to its end',
  (word) => {
    expect(inText(word.repeat(Math.floor(9_999 / word.length)))).toEqual([])
  },
)

test('a harmless value does not hide the secret beside it', () => {
  const text = `const x = { token: 'example-token-1', password: '${random(24)}' }`
  expect(findSecrets([{ path: 'a.ts', lines: [{ number: 1, text }] }])).toHaveLength(1)
})
