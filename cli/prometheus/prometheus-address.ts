import { ShopctlError } from '../errors/shopctl-error.ts'

export type PrometheusAddress = {
  /** Without name and password, without a slash at its end: it is printed. */
  readonly url: string
  readonly authorization: string | null
}

/** Where a person wrote it. */
export type AddressPlace = {
  /** `SHOPCTL_PROMETHEUS_URL`, `--prometheus`. */
  readonly name: string
  readonly outcome: 'refused' | 'usage'
  readonly fix: readonly string[]
}

const setting: AddressPlace = {
  name: 'SHOPCTL_PROMETHEUS_URL',
  outcome: 'refused',
  fix: ['export SHOPCTL_PROMETHEUS_URL=http://127.0.0.1:9090'],
}

const notAnAddress = (why: string, { name, outcome, fix }: AddressPlace): ShopctlError =>
  new ShopctlError({
    code: 'PROMETHEUS_URL',
    outcome,
    what: `${name} is no address of a Prometheus; nothing was asked.`,
    why: [why],
    fix,
  })

/** A sign that was not written as a URL wants it stays as it is. */
const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/**
 * `https://name:password@host/prefix`. Throws PROMETHEUS_URL (refused, usage where a flag says it), without the text: it
 * may hold a password.
 */
export const parsePrometheusAddress = (text: string, place: AddressPlace = setting): PrometheusAddress => {
  const url = URL.parse(text)
  if (url === null) throw notAnAddress('it cannot be read as a URL', place)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw notAnAddress(`${url.protocol} is not http or https`, place)
  }
  const { username, password } = url
  const given = `${decoded(username)}:${decoded(password)}`
  const authorization = given === ':' ? null : `Basic ${Buffer.from(given).toString('base64')}`
  return { url: `${url.origin}${url.pathname.replace(/\/+$/, '')}`, authorization }
}
