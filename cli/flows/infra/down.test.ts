import { expect, test } from 'vitest'
import { installations } from '../../../stacks/installations.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { failureOf } from '../testing/failure-of.ts'
import { type DownRequest, down } from './down.ts'
import { aChange, aVerdict } from './testing/judgements.ts'
import { scriptedInfra } from './testing/scripted-infra.ts'

const request = (part: Partial<DownRequest> = {}): DownRequest => ({
  allowDestroy: [],
  waitSeconds: 0,
  show: async () => undefined,
  confirm: async () => 'yes',
  ...part,
})

const made = async (infra: ReturnType<typeof scriptedInfra>, stack: string) => {
  const resources = [{ mode: 'managed', type: 'aws_vpc', instances: [{}, {}] }]
  const text = JSON.stringify({ serial: 1, resources })
  await infra.bucket.write(`${stack}.tfstate`, { text, condition: 'new' })
}

test('F25: a protected installation is refused before anything is planned, and says what would have to be done', async () => {
  const infra = scriptedInfra({ environment: 'prod' })
  await made(infra, 'shop-prod')
  const failure = await failureOf(down(request(), infra.means))
  expect(failure).toMatchObject({ code: 'PROTECTED', outcome: 'refused' })
  expect(failure.why).toContain('2 resources are in its state')
  expect(failure.fix[0]).toContain('protect: false for prod')
  expect(infra.calls).toEqual(['account', 'tools'])
})

test('the bucket for the states is never destroyed', async () => {
  const infra = scriptedInfra({ stack: { kind: 'state' } })
  expect(await failureOf(down(request(), infra.means))).toMatchObject({ code: 'PROTECTED', outcome: 'refused' })
})

test('F25: what is not there is done, and nothing is planned', async () => {
  const infra = scriptedInfra()
  expect(await down(request(), infra.means)).toMatchObject({ outcome: 'nothing-there', record: null })
  expect(infra.calls).toEqual(['account', 'tools'])
})

test('where there is not even a bucket nothing is there', async () => {
  const infra = scriptedInfra()
  infra.place.standing = 'missing'
  expect(await down(request(), infra.means)).toMatchObject({ outcome: 'nothing-there' })
})

test('the plan of the destruction is shown, asked for, and applied as it is', async () => {
  const infra = scriptedInfra()
  await made(infra, 'shop-dev')
  infra.judges.verdict = () => aVerdict([aChange('aws_vpc.main', 'delete')])
  infra.judges.gate = () => new ShopctlError({ code: 'PLAN_REFUSED', outcome: 'refused', what: 'Data would be lost.' })
  const result = await down(request(), infra.means)
  expect(infra.calls).toContain('plan shop destroy take')
  expect(infra.calls).toContain('apply /runs/shop/plan.tfplan')
  expect(result).toMatchObject({ outcome: 'destroyed', counts: { delete: 1 } })
  const { records } = await infra.means.records.newest('shop-dev', 1)
  expect(records[0]).toMatchObject({ verb: 'down', outcome: 'done', id: result.record })
})

test('in production every thing with data is named, also where the installation is not protected', async () => {
  const infra = scriptedInfra({ environment: 'prod' })
  await made(infra, 'shop-prod')
  const means = { ...infra.means, installation: { ...installations.prod, protect: false } }
  infra.judges.verdict = () => aVerdict([aChange('aws_db_instance.shop', 'delete')])
  const refusal = new ShopctlError({ code: 'PLAN_REFUSED', outcome: 'refused', what: 'Data would be lost.' })
  infra.judges.gate = (_verdict, { destroy }) => (destroy.includes('aws_db_instance.shop') ? null : refusal)
  await expect(down(request(), means)).rejects.toBe(refusal)
  expect(await down(request({ allowDestroy: ['aws_db_instance.shop'] }), means)).toMatchObject({ outcome: 'destroyed' })
})

test('a no to the question changes nothing', async () => {
  const infra = scriptedInfra()
  await made(infra, 'shop-dev')
  infra.judges.verdict = () => aVerdict([aChange('aws_vpc.main', 'delete')])
  const no = new ShopctlError({ code: 'NOT_CONFIRMED', outcome: 'refused', what: 'No.' })
  const confirm = () => Promise.reject(no)
  await expect(down(request({ confirm }), infra.means)).rejects.toBe(no)
  expect(infra.calls.join(' ')).not.toContain('apply')
})

test('secrets that no plan destroys are told before the question and go after the stack', async () => {
  const infra = scriptedInfra()
  await made(infra, 'shop-dev')
  infra.made.secrets = ['shop/dev/cache']
  infra.judges.verdict = () => aVerdict([aChange('aws_vpc.main', 'delete')])
  let toldFirst = false
  const confirm: DownRequest['confirm'] = async () => {
    toldFirst = infra.events.some((event) => event.type === 'warning' && event.message.includes('shop/dev/cache'))
    return 'yes'
  }
  await down(request({ confirm }), infra.means)
  expect(toldFirst).toBe(true)
  expect(infra.calls.indexOf('remove shop/dev/cache')).toBeGreaterThan(
    infra.calls.indexOf('apply /runs/shop/plan.tfplan'),
  )
})

test('a no leaves the secrets where they are', async () => {
  const infra = scriptedInfra()
  await made(infra, 'shop-dev')
  infra.made.secrets = ['shop/dev/cache']
  infra.judges.verdict = () => aVerdict([aChange('aws_vpc.main', 'delete')])
  const confirm = () => Promise.reject(new Error('no'))
  await expect(down(request({ confirm }), infra.means)).rejects.toThrow('no')
  expect(infra.calls.join(' ')).not.toContain('remove')
})
