import { readFile } from 'node:fs/promises'

export type Grafana = { readonly url: URL; readonly token: string }

export type GrafanaSettings =
  | { readonly kind: 'none' }
  | { readonly kind: 'unusable'; readonly why: string }
  | { readonly kind: 'given'; readonly grafana: Grafana }

type Variables = Readonly<Record<string, string | undefined>>

const unusable = (why: string): GrafanaSettings => ({ kind: 'unusable', why })

/** SHOPCTL_GRAFANA_URL, and a token of a service account from SHOPCTL_GRAFANA_TOKEN or SHOPCTL_GRAFANA_TOKEN_FILE. */
export const readGrafanaSettings = async (variables: Variables): Promise<GrafanaSettings> => {
  const { SHOPCTL_GRAFANA_URL: address, SHOPCTL_GRAFANA_TOKEN_FILE: file } = variables
  if (!address) return { kind: 'none' }
  const url = URL.parse(address)
  if (url === null) return unusable('SHOPCTL_GRAFANA_URL cannot be read as a URL')
  if (!isSafe(url)) return unusable('SHOPCTL_GRAFANA_URL is not https, and a token goes over no open wire')
  if (url.username !== '' || url.password !== '') return unusable('SHOPCTL_GRAFANA_URL has a name or password in it')
  const given = variables.SHOPCTL_GRAFANA_TOKEN || (file ? await readToken(file) : '')
  if (given === null) return unusable('the file that SHOPCTL_GRAFANA_TOKEN_FILE names cannot be read')
  const token = given.trim()
  if (token === '') return unusable('neither SHOPCTL_GRAFANA_TOKEN nor SHOPCTL_GRAFANA_TOKEN_FILE has a token')
  // A header cannot hold it, and fetch would print it in its error.
  if (!/^[\x21-\x7e]+$/.test(token)) return unusable('the token has characters that no token has')
  return { kind: 'given', grafana: { url, token } }
}

/** To this machine, and inside a cluster, nothing listens between. */
const isSafe = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' ||
  (protocol === 'http:' && (['127.0.0.1', 'localhost', '[::1]'].includes(hostname) || /\.svc(\.|$)/.test(hostname)))

const readToken = (file: string): Promise<string | null> => readFile(file, 'utf8').catch(() => null)
