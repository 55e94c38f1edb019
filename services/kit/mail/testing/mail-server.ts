import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'

export type ReceivedMail = {
  readonly to: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  /** Headers and both parts, decoded. */
  readonly whole: string
  /** From the link or the call in it. */
  readonly token: string | null
}

/** What it says at a step. `frozen` accepts connections and says nothing; `silent` does so once it has the mail. */
export type MailServerMood =
  | 'well'
  | 'frozen'
  | 'silent'
  | { readonly code: number; readonly at: 'connect' | 'recipient' | 'data'; readonly only?: string }

export type MailServer = {
  readonly url: string
  readonly port: number
  readonly mails: readonly ReceivedMail[]
  connections(): number
  be(mood: MailServerMood): void
  /** Ends it with all connections. */
  stop(): Promise<void>
}

/** A real SMTP server that keeps what it gets. On `port`, so that one that is gone can come back where it was. */
export async function startMailServer(port = 0): Promise<MailServer> {
  const mails: ReceivedMail[] = []
  let connections = 0
  let mood: MailServerMood = 'well'
  const refusal = (at: string, address: string) => {
    if (typeof mood === 'string' || mood.at !== at || (mood.only !== undefined && mood.only !== address)) return null
    return Object.assign(new Error(`no mail for <${address}> now`), { responseCode: mood.code })
  }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    closeTimeout: 1,
    onConnect(_, callback) {
      connections += 1
      if (mood !== 'frozen') callback(refusal('connect', ''))
    },
    onRcptTo: ({ address }, _, callback) => callback(refusal('recipient', address)),
    onData(stream, { envelope }, callback) {
      const to = envelope.rcptTo.map(({ address }) => address)
      const taken = (source: string) => {
        const refused = refusal('data', to[0] ?? '')
        if (mood === 'silent') return
        if (refused === null) mails.push({ to, ...parsedMail(source) })
        callback(refused)
      }
      void text(stream).then(taken, callback)
    },
  })
  // A client that leaves in the middle is what these tests are about.
  server.on('error', () => undefined)
  server.listen(port, '127.0.0.1')
  await once(server.server, 'listening')
  const { port: listening } = addressOf(server.server.address())
  return {
    url: `smtp://127.0.0.1:${listening}`,
    port: listening,
    mails,
    connections: () => connections,
    be(next) {
      mood = next
    },
    stop: () => new Promise((resolve) => server.close(resolve)),
  }
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('the mail server has no port')
  return address
}

/** Enough of MIME for what we send: quoted-printable parts, encoded words in headers. */
export function parsedMail(source: string): Omit<ReceivedMail, 'to'> {
  const [head = ''] = source.split(/\r?\n\r?\n/, 1)
  const headers = Object.fromEntries(
    head
      .replaceAll(/\r?\n[ \t]+/g, ' ')
      .split(/\r?\n/)
      .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), encodedWords(line.slice(line.indexOf(':') + 2))]),
  )
  const whole = quotedPrintable(source)
  return { headers, whole, token: /token(?:=|":")([\w-]{43})/.exec(whole)?.[1] ?? null }
}

function quotedPrintable(source: string): string {
  if (!/content-transfer-encoding: quoted-printable/i.test(source)) return source
  return bytesOf(source.replaceAll(/=\r?\n/g, ''))
}

function encodedWords(value: string): string {
  return value.replaceAll(/=\?utf-8\?q\?([^?]*)\?=\s*/gi, (_, word: string) => bytesOf(word.replaceAll('_', ' ')))
}

function bytesOf(escaped: string): string {
  return Buffer.from(
    escaped.replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8')
}
