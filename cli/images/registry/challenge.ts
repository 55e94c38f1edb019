/** What a registry wants to be told, as it says in `WWW-Authenticate`. */
export type Challenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service: string | null }

const parameters = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...text.matchAll(/([a-z_]+)\s*=\s*(?:"([^"]*)"|([^\s,"]+))/gi)].map(([, name = '', quoted, plain]) => [
      name.toLowerCase(),
      quoted ?? plain ?? '',
    ]),
  )

/** Null where the header names no scheme that shopctl knows. A token is preferred to the password itself. */
export const parseChallenge = (header: string): Challenge | null => {
  const bearer = /(?:^|,\s*)bearer\s+(.*)/i.exec(header)
  if (bearer !== null) {
    const { realm, service } = parameters(bearer[1] ?? '')
    if (realm !== undefined) return { scheme: 'bearer', realm, service: service ?? null }
  }
  return /(?:^|,\s*)basic(?:\s|$)/i.test(header) ? { scheme: 'basic' } : null
}
