import { ShopctlError } from '../errors/shopctl-error.ts'

export type ImageReference = {
  /** With its port, for example `localhost:5000`. */
  readonly host: string
  readonly repository: string
  readonly tag: string | null
  readonly digest: string | null
}

const pattern =
  /^(?<host>[^/\s@]+)\/(?<repository>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?::(?<tag>[\w][\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/

/** As docker reads a name: the first word is a host only where it looks like one. */
const withHost = (text: string): string => {
  const first = text.split('/', 1)[0] ?? ''
  const isHost = text.includes('/') && (/[.:]/.test(first) || first === 'localhost')
  if (isHost) return text
  return `registry-1.docker.io/${text.includes('/') ? text : `library/${text}`}`
}

/** Throws IMAGE_NAME_INVALID (usage). Without a tag and a digest the tag is `latest`. */
export const parseImageReference = (text: string): ImageReference => {
  const parts = pattern.exec(withHost(text))?.groups
  const { host, repository, tag, digest } = parts ?? {}
  if (host === undefined || repository === undefined) {
    throw new ShopctlError({
      code: 'IMAGE_NAME_INVALID',
      outcome: 'usage',
      what: `"${text}" is not the name of an image; nothing was changed.`,
      why: ['an image is host/repository, then :tag or @sha256:… or both'],
    })
  }
  return { host, repository, tag: tag ?? (digest === undefined ? 'latest' : null), digest: digest ?? null }
}

/** Host, repository and tag, without the digest. */
export const nameOfImage = ({ host, repository, tag }: ImageReference): string =>
  `${host}/${repository}${tag === null ? '' : `:${tag}`}`

/** A registry as it is given to shopctl: a host with an optional path that all repositories are below. */
export type RegistryPlace = { readonly host: string; readonly prefix: string }

export const parseRegistryPlace = (text: string): RegistryPlace => {
  const [host = '', ...path] = text
    .replace(/^https?:\/\//, '')
    .replace(/\/+$/, '')
    .split('/')
  return { host, prefix: path.map((part) => `${part}/`).join('') }
}
