import { CreateClusterCommand, DeleteClusterCommand, DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadEksConfig } from './eks-connection.ts'

const endpoint = process.env.AWS_ENDPOINT_URL
const region = 'us-east-1'
const account = '000000000000'
const name = `eks-connection-${process.pid}`
const place = { name, region, account, environment: 'staging' }

describe.skipIf(endpoint === undefined)(
  `an EKS cluster${endpoint === undefined ? ' (skipped: no AWS_ENDPOINT_URL)' : ''}`,
  () => {
    const client = new EKSClient({ region })
    beforeAll(async () => {
      const roleArn = `arn:aws:iam::${account}:role/cluster`
      await client.send(new CreateClusterCommand({ name, roleArn, resourcesVpcConfig: { subnetIds: ['subnet-1'] } }))
    })
    afterAll(async () => {
      await client.send(new DeleteClusterCommand({ name }))
    })

    const bearer = async (clock: () => number) => {
      const config = await loadEksConfig(place, clock)
      return async () => {
        const options: { headers?: Record<string, string> } = {}
        await config.applyToHTTPSOptions(options)
        return options.headers?.Authorization
      }
    }

    test('is found by its name, with its address and its certificate', async () => {
      const config = await loadEksConfig(place)
      expect(config.getCurrentContext()).toBe(`arn:aws:eks:${region}:${account}:cluster/${name}`)
      const { cluster } = await client.send(new DescribeClusterCommand({ name }))
      expect(config.getCurrentCluster()).toMatchObject({
        server: cluster?.endpoint,
        caData: cluster?.certificateAuthority?.data,
        skipTLSVerify: false,
      })
    })

    test('is asked with one token for a while, then with a new one', async () => {
      let now = Date.parse('2026-11-22T12:00:00Z')
      const token = await bearer(() => now)
      const first = await token()
      expect(first).toMatch(/^Bearer k8s-aws-v1\./)
      now += 12 * 60_000
      expect(await token()).toBe(first)
      now += 2 * 60_000
      expect(await token()).not.toBe(first)
    })

    test('that is not there names the command that makes it', async () => {
      await expect(loadEksConfig({ ...place, name: 'nowhere' })).rejects.toMatchObject({
        code: 'EKS_CLUSTER_MISSING',
        exitCode: 3,
        fix: expect.arrayContaining([expect.stringContaining('infra up --env staging')]),
      })
    })

    test('of another account is refused', async () => {
      const other = loadEksConfig({ ...place, account: '111111111111' })
      await expect(other).rejects.toMatchObject({ code: 'EKS_OTHER_ACCOUNT', exitCode: 3 })
    })
  },
)
