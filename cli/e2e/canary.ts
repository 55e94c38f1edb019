import { randomBytes } from 'node:crypto'

export type Canary = {
  readonly name: string
  /** With characters that URLs, JSON and shells write in another way. */
  readonly secret: string
  /** Every way in which a text could hold it. */
  readonly traces: readonly string[]
}

/** What base64 makes of the text wherever it stands in a longer one. */
const base64Inside = (text: string): readonly string[] =>
  [0, 1, 2].map((offset) => {
    const encoded = Buffer.from(`${' '.repeat(offset)}${text}`).toString('base64')
    return encoded.slice(Math.ceil((offset * 4) / 3), -4)
  })

/** A secret that is found again whatever becomes of it on its way: its middle is the same in every encoding of text. */
export const plantCanary = (name: string): Canary => {
  const middle = randomBytes(12).toString('hex')
  const secret = `c&n"ry/${middle}+%`
  const traces = [middle, ...base64Inside(secret), Buffer.from(middle).toString('hex')]
  return { name, secret, traces }
}

/** Names of the canaries that a text holds. */
export const canariesIn = (text: string, canaries: readonly Canary[]): readonly string[] =>
  canaries.filter(({ traces }) => traces.some((trace) => text.includes(trace))).map(({ name }) => name)
