export type Redactor = {
  /** From now on this value, and what is made of it on the way into a URL or a header, is not printed. */
  register(secret: string): void
  redact(text: string): string
}

export const redacted = '[redacted]'

/** Shorter values would blank out ordinary words; a secret of such a length is none. */
const shortestSecret = 4
/** From this length on an encoded form is long enough not to be found by chance. */
const shortestEncoded = 8

const urlPassword = /([a-z][a-z0-9+.-]*:\/\/[^\s:@/?#"']*:)([^\s@/"']+)@/gi

/** Replaces registered secrets and every password inside a URL. One for the life of the process. */
export const createRedactor = (): Redactor => {
  const forms = new Set<string>()
  let pattern: RegExp | null = null

  return {
    register(secret) {
      for (const form of formsOf(secret)) forms.add(form)
      const longestFirst = [...forms].sort((left, right) => right.length - left.length)
      pattern = forms.size === 0 ? null : new RegExp(longestFirst.map(escapeForPattern).join('|'), 'g')
    },
    redact(text) {
      const known = pattern === null ? text : text.replace(pattern, redacted)
      return known.replace(urlPassword, `$1${redacted}@`)
    },
  }
}

const escapeForPattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

const formsOf = (secret: string): readonly string[] => {
  const parts = [secret, ...passwordIn(secret), ...longLinesOf(secret)].filter((part) => part.length >= shortestSecret)
  return parts.flatMap((part) => [
    part,
    encodeURIComponent(part),
    JSON.stringify(part).slice(1, -1),
    ...encodedForms(part),
  ])
}

/** A setting may be a URL: its password alone is as secret as the whole. */
const passwordIn = (text: string): readonly string[] => {
  const { password } = URL.parse(text) ?? { password: '' }
  if (password === '') return []
  try {
    return [password, decodeURIComponent(password)]
  } catch {
    return [password]
  }
}

/** A key in PEM form is often printed line by line. */
const longLinesOf = (text: string): readonly string[] =>
  text.includes('\n') ? text.split(/\r?\n/).filter((line) => line.length >= 16 && !line.startsWith('-----')) : []

const encodedForms = (part: string): readonly string[] => {
  const bytes = Buffer.from(part)
  if (bytes.length < shortestEncoded) return []
  const base64 = [0, 1, 2].map((offset) => base64Inside(bytes, offset))
  const hexadecimal = bytes.toString('hex')
  const forUrls = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))
  return [...base64, ...forUrls, hexadecimal, hexadecimal.toUpperCase()]
}

/** The letters that base64 gives these bytes wherever they stand in a longer text: `user:secret` has an offset of its own. */
const base64Inside = (bytes: Buffer, offset: number): string => {
  const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
  const first = Math.ceil((offset * 8) / 6)
  const end = Math.floor(((offset + bytes.length) * 8) / 6)
  return encoded.slice(first, end)
}

/** The text without these secrets and what is made of them. */
export const redact = (text: string, secrets: readonly string[]): string => {
  const redactor = createRedactor()
  for (const secret of secrets) redactor.register(secret)
  return redactor.redact(text)
}
