import { ShopctlError } from '../../errors/shopctl-error.ts'

const defaultPort = 5432
const defaultPrefix = 'shop'
/** PostgreSQL cuts names at 63 bytes; `_catalog_owner` follows. */
const prefixPattern = /^[a-z_][a-z0-9_]{0,47}$/

export type DatabaseUrl = {
  readonly url: URL
  readonly port: number
  /** Begins the name of each service's database: the URL's own path, or `shop`. */
  readonly prefix: string
  /** Password as the server knows it. */
  readonly password: string
}

const invalid = (why: string): ShopctlError =>
  new ShopctlError({
    code: 'DATABASE_URL_INVALID',
    outcome: 'refused',
    what: 'DATABASE_URL is not an address of a PostgreSQL server.',
    why: [why],
    fix: ['export DATABASE_URL=postgres://user:password@host:5432/shop', 'unset DATABASE_URL'],
  })

const decoded = (text: string): string | null => {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

/** Reads DATABASE_URL. Throws DATABASE_URL_INVALID (refused), which never repeats the text: it holds a password. */
export const parseDatabaseUrl = (text: string): DatabaseUrl => {
  const url = URL.parse(text)
  if (url === null)
    throw invalid('it cannot be read as a URL; special characters of a password must be percent-encoded')
  if (!['postgres:', 'postgresql:'].includes(url.protocol)) throw invalid('it does not begin with postgres://')
  if (url.hostname === '') throw invalid('it names no host')
  if (url.username === '') throw invalid('it names no user')
  const password = decoded(url.password)
  if (password === null || decoded(url.username) === null) throw invalid('its user or password is not percent-encoded')
  const path = decoded(url.pathname.slice(1)) ?? ''
  const prefix = path === '' || path === 'postgres' ? defaultPrefix : path
  if (!prefixPattern.test(prefix))
    throw invalid('its path must be at most 48 of a-z, 0-9 and _, beginning with a letter')
  return { url, port: Number(url.port) || defaultPort, prefix, password }
}
