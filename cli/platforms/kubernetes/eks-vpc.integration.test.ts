import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type ScriptedServer, scriptedServer } from '../../../services/kit/testing/scripted-server.ts'
import { fetchEksVpc } from './eks-connection.ts'

const place = { name: 'shop-prod', region: 'us-east-1', account: '000000000000', environment: 'prod' }
const arn = `arn:aws:eks:${place.region}:${place.account}:cluster/${place.name}`

let eks: ScriptedServer
beforeEach(async () => {
  eks = await scriptedServer()
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
  vi.stubEnv('AWS_ENDPOINT_URL_EKS', eks.url)
})
afterEach(() => eks.close())

/** As EKS answers it. */
const answers = (resourcesVpcConfig: object) =>
  eks.script(({ method, path }) => {
    const cluster = { arn, status: 'ACTIVE', endpoint: 'https://127.0.0.1:1', resourcesVpcConfig }
    return `${method} ${path}` === 'GET /clusters/shop-prod' ? { status: 200, json: { cluster } } : undefined
  })

test('the network of a cluster is what EKS says of it', async () => {
  answers({ subnetIds: ['subnet-1'], vpcId: 'vpc-0123456789abcdef0' })
  expect(await fetchEksVpc(place)).toBe('vpc-0123456789abcdef0')
})

test('where EKS names none it is refused, for without it the controller ends at once', async () => {
  answers({ subnetIds: ['subnet-1'] })
  await expect(fetchEksVpc(place)).rejects.toMatchObject({ code: 'EKS_VPC_UNKNOWN', exitCode: 3 })
})
