const mark = '[redacted]'

/** The text without the secrets, as they are and as they look inside a URL. */
export const redact = (text: string, secrets: readonly string[]): string =>
  secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    // A secret that holds another one goes first, or its rest would stay.
    .toSorted((left, right) => right.length - left.length)
    .reduce((rest, secret) => rest.replaceAll(secret, mark), text)
