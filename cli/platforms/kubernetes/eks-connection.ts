import type { EKSClient } from '@aws-sdk/client-eks'
import type { KubeConfig } from '@kubernetes/client-node'
import { z } from 'zod'
import { type EksPlace, eksFailure, eksNotReady, eksOtherAccount } from './eks-failure.ts'
import { signEksToken } from './eks-token.ts'
import { loadKubeConfigClass } from './kubernetes-library.ts'

/** EKS takes a token for 15 minutes. */
const tokenMilliseconds = 13 * 60_000
const answerSeconds = 10

const described = z.object({
  arn: z.string(),
  status: z.string().default('unknown'),
  endpoint: z.string().optional(),
  certificateAuthority: z.object({ data: z.string().optional() }).optional(),
})

const describeCluster = async (client: EKSClient, place: EksPlace) => {
  const { DescribeClusterCommand } = await import('@aws-sdk/client-eks')
  const abortSignal = AbortSignal.timeout(answerSeconds * 1000)
  const { cluster } = await client
    .send(new DescribeClusterCommand({ name: place.name }), { abortSignal })
    .catch((error: unknown) => {
      throw eksFailure(error, place)
    })
  const { arn, status, endpoint, certificateAuthority } = described.parse(cluster)
  if (arn.split(':')[4] !== place.account) throw eksOtherAccount(place, arn)
  if (endpoint === undefined) throw eksNotReady(place, status)
  return { arn, endpoint, caData: certificateAuthority?.data ?? '' }
}

/** Signs anew before the last token ends, and before the credentials do that it was signed with. */
const tokenSource = (client: EKSClient, place: EksPlace, clock: () => number) => {
  let kept = { token: '', until: 0 }
  return async (): Promise<string> => {
    const now = clock()
    if (now < kept.until) return kept.token
    const credentials = await client.config.credentials().catch((error: unknown) => {
      throw eksFailure(error, place)
    })
    const { name: cluster, region } = place
    const token = await signEksToken({ cluster, region, credentials, now: new Date(now) })
    kept = { token, until: Math.min(now + tokenMilliseconds, credentials.expiration?.getTime() ?? Infinity) }
    return token
  }
}

const userName = 'aws'
const loginName = 'shopctl-eks'

/**
 * The cluster as a kubeconfig in memory. Credentials come from the SDK's own chain: environment, profile, SSO, assumed
 * role, web identity, the machine's role. Throws AWS_NOT_LOGGED_IN, EKS_FORBIDDEN, EKS_CLUSTER_MISSING,
 * EKS_CLUSTER_NOT_READY, EKS_OTHER_ACCOUNT (all refused) or UNREACHABLE (unknown).
 */
export const loadEksConfig = async (place: EksPlace, clock: () => number = Date.now): Promise<KubeConfig> => {
  const [{ EKSClient }, KubeConfigClass] = await Promise.all([import('@aws-sdk/client-eks'), loadKubeConfigClass()])
  const client = new EKSClient({ region: place.region, maxAttempts: 3 })
  const { arn, endpoint, caData } = await describeCluster(client, place)
  const token = tokenSource(client, place, clock)
  const config = new KubeConfigClass()
  config.loadFromOptions({
    // Named as AWS's own tools name it, so that commands for kubectl in our messages hold there too.
    contexts: [{ name: arn, cluster: place.name, user: userName }],
    clusters: [{ name: place.name, server: endpoint, caData, skipTLSVerify: false }],
    users: [{ name: userName, authProvider: { name: loginName } }],
    currentContext: arn,
  })
  config.addAuthenticator({
    isAuthProvider: (user) => user.name === userName,
    async applyAuthentication(_user, options) {
      options.headers = { ...options.headers, Authorization: `Bearer ${await token()}` }
    },
  })
  return config
}
