import { ShopctlError } from '../errors/shopctl-error.ts'

export type PrometheusAddress = {
  /** Without name and password, without a slash at its end: it is printed. */
  readonly url: string
  readonly authorization: string | null
}

const notAnAddress = (why: string): ShopctlError =>
  new ShopctlError({
    code: 'PROMETHEUS_URL',
    outcome: 'refused',
    what: 'SHOPCTL_PROMETHEUS_URL is no address of a Prometheus; nothing was asked.',
    why: [why],
    fix: ['export SHOPCTL_PROMETHEUS_URL=http://127.0.0.1:9090'],
  })

/** A sign that was not written as a URL wants it stays as it is. */
const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** `https://name:password@host/prefix`. Throws PROMETHEUS_URL (refused), without the text: it may hold a password. */
export const parsePrometheusAddress = (text: string): PrometheusAddress => {
  const url = URL.parse(text)
  if (url === null) throw notAnAddress('it cannot be read as a URL')
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw notAnAddress(`${url.protocol} is not http or https`)
  const { username, password } = url
  const given = `${decoded(username)}:${decoded(password)}`
  const authorization = given === ':' ? null : `Basic ${Buffer.from(given).toString('base64')}`
  return { url: `${url.origin}${url.pathname.replace(/\/+$/, '')}`, authorization }
}
