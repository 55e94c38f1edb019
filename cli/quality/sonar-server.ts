import { ShopctlError } from '../errors/shopctl-error.ts'

export type SonarServer = {
  /** Without a slash at its end; may have a path. */
  readonly url: string
  readonly token: string
}

const notConfigured = (why: readonly string[]): ShopctlError =>
  new ShopctlError({
    code: 'SONAR_NOT_CONFIGURED',
    outcome: 'refused',
    what: 'Which SonarQube? Nothing was asked of any.',
    why,
    fix: ['export SONAR_HOST_URL=https://sonarqube.example', 'read -rs SONAR_TOKEN; export SONAR_TOKEN'],
  })

/** From SONAR_HOST_URL and SONAR_TOKEN, which the scanner reads itself. Throws SONAR_NOT_CONFIGURED (refused). */
export const readSonarServer = (variables: Readonly<Record<string, string | undefined>>): SonarServer => {
  const { SONAR_HOST_URL: url, SONAR_TOKEN: token } = variables
  const missing = [...(url ? [] : ['SONAR_HOST_URL is not set.']), ...(token ? [] : ['SONAR_TOKEN is not set.'])]
  if (!url || !token) throw notConfigured(missing)
  const protocol = URL.parse(url)?.protocol
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw notConfigured([`SONAR_HOST_URL is no address of a web server: "${url}".`])
  }
  return { url: url.replace(/\/+$/, ''), token }
}
