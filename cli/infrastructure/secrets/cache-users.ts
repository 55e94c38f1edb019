import { interruption } from '../../errors/interruption.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'

/** Users of ElastiCache, as far as shopctl changes them. */
export interface CacheUsers {
  /** The one password of the user, the same however often. Throws CACHE_USER_UNCHANGED (unknown), INTERRUPTED. */
  setPassword(user: string, password: string): Promise<void>
}

const answerSeconds = 20

/** The code of an error in the answer's XML: `UserNotFound`. Its message is left out: nobody promises what it quotes. */
const codeIn = (xml: string): string | null => /<Code>(\w+)<\/Code>/.exec(xml)?.[1] ?? null

const place = (region: string): URL => {
  const suffix = region.startsWith('cn-') ? '.cn' : ''
  return new URL(process.env.AWS_ENDPOINT_URL || `https://elasticache.${region}.amazonaws.com${suffix}`)
}

/**
 * By ElastiCache's own protocol: one signed form, and no client library for it. The password is in the body, never in
 * an address, which servers log.
 */
export const openCacheUsers = ({ region, signal }: { region: string; signal: AbortSignal }): CacheUsers => ({
  async setPassword(user, password) {
    const [{ SignatureV4 }, { Sha256 }, { HttpRequest }, { SecretsManagerClient }] = await Promise.all([
      import('@smithy/signature-v4'),
      import('@aws-crypto/sha256-js'),
      import('@smithy/protocol-http'),
      import('@aws-sdk/client-secrets-manager'),
    ])
    // Its ways to log in are all clients' ways.
    const { credentials } = new SecretsManagerClient({ region }).config
    const { protocol, hostname, port, host } = place(region)
    const form = new URLSearchParams({
      Action: 'ModifyUser',
      Version: '2015-02-02',
      UserId: user,
      'AuthenticationMode.Type': 'password',
      'AuthenticationMode.Passwords.member.1': password,
    })
    const request = new HttpRequest({
      method: 'POST',
      protocol,
      hostname,
      ...(port === '' ? {} : { port: Number(port) }),
      path: '/',
      headers: { host, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: String(form),
    })
    const unchanged = (why: string) =>
      new ShopctlError({
        code: 'CACHE_USER_UNCHANGED',
        outcome: 'unknown',
        what: `The user ${user} of the cache was not given the password that its secret holds.`,
        why: [why],
        fix: [`aws elasticache describe-users --region ${region} --user-id ${user}`],
      })
    const signer = new SignatureV4({ credentials, region, service: 'elasticache', sha256: Sha256 })
    const { headers } = await signer.sign(request)
    const answer = await fetch(`${protocol}//${host}/`, {
      method: 'POST',
      headers,
      body: String(form),
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerSeconds * 1000)]),
    }).catch((error: unknown) => {
      if (signal.aborted) throw interruption(signal, `ElastiCache was asked to change ${user}`)
      throw unchanged(error instanceof Error ? error.message : 'no answer')
    })
    if (answer.ok) return
    throw unchanged(`ElastiCache answered ${codeIn(await answer.text()) ?? answer.status}`)
  },
})
