import { describe, expect, test } from 'vitest'
import { aLockValue } from '../../releases/testing/lock-store-contract.ts'
import { failureOf } from '../testing/failure-of.ts'
import { scriptedInfra } from './testing/scripted-infra.ts'
import { unlock } from './unlock.ts'

const terraformLock = { ID: 'abc', Operation: 'OperationTypeApply', Who: 'bob@agent', Created: '2026-11-22T11:00:00Z' }

const locked = async () => {
  const infra = scriptedInfra()
  await infra.bucket.write('shop-dev.tfstate.tflock', { text: JSON.stringify(terraformLock), condition: 'new' })
  const asked: string[] = []
  const request = { id: 'abc', confirm: async ({ who }: { readonly who: string }) => void asked.push(who) }
  const heldBy = (wall: string) =>
    infra.means
      .lock('shop-dev')
      .write({ ...aLockValue('bob@agent'), host: 'agent', since: wall, renewed: { wall, boot: null } }, null)
  return { infra, request, asked, heldBy }
}

describe("F9: Terraform's lock", () => {
  test('is left to a run that is alive, whoever says yes', async () => {
    const { infra, request, asked, heldBy } = await locked()
    await heldBy(new Date().toISOString())
    const failure = await failureOf(unlock(request, infra.means))
    expect(failure).toMatchObject({ code: 'HOLDER_ALIVE', outcome: 'refused' })
    expect(failure.why[0]).toContain('bob@agent')
    expect(asked).toEqual([])
    expect(infra.calls).not.toContain('unlock abc')
  })

  test('is taken away from one that no longer renews its own', async () => {
    const { infra, request, asked, heldBy } = await locked()
    await heldBy(new Date(Date.now() - 3_600_000).toISOString())
    expect(await unlock(request, infra.means)).toMatchObject({ released: { id: 'abc', who: 'bob@agent' } })
    expect(asked).toEqual(['bob@agent'])
    expect(infra.calls.at(-1)).toBe('unlock abc')
  })

  test('is nobody to ask for where none is held', async () => {
    const infra = scriptedInfra()
    expect(await unlock({ id: 'abc', confirm: () => Promise.reject(new Error('asked')) }, infra.means)).toEqual({
      stack: 'shop-dev',
      released: null,
    })
  })
})
