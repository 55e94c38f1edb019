import { interruption } from '../../errors/interruption.ts'

type Asked = {
  readonly region: string
  /** Value of the tag `Environment`, as the stack gives it to all that it makes. */
  readonly environment: string
  readonly signal: AbortSignal
}

const answerSeconds = 10
const mostPages = 20

/**
 * ARNs of all that has our tags, as AWS's own index knows it; null where it does not answer, for lack of rights or of
 * time. It lags behind by minutes, and for a while still names what was deleted. Throws INTERRUPTED.
 */
export const fetchTagged = async ({ region, environment, signal }: Asked): Promise<readonly string[] | null> => {
  const library = await import('@aws-sdk/client-resource-groups-tagging-api')
  const client = new library.ResourceGroupsTaggingAPIClient({ region, maxAttempts: 2 })
  const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(answerSeconds * 1000)])
  const TagFilters = [
    { Key: 'ManagedBy', Values: ['shopctl'] },
    { Key: 'Environment', Values: [environment] },
  ]
  const found: string[] = []
  let token: string | undefined
  try {
    for (let page = 0; page < mostPages; page += 1) {
      const more = token === undefined ? {} : { PaginationToken: token }
      const answer = await client.send(new library.GetResourcesCommand({ TagFilters, ...more }), { abortSignal })
      const mappings = answer.ResourceTagMappingList ?? []
      found.push(...mappings.flatMap(({ ResourceARN }) => (ResourceARN === undefined ? [] : [ResourceARN])))
      token = answer.PaginationToken
      if (!token) break
    }
    return found
  } catch {
    if (signal.aborted) throw interruption(signal, 'asking AWS which resources have our tags')
    return null
  } finally {
    client.destroy()
  }
}
