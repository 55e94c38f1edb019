import { expect, test } from 'vitest'
import { installations } from '../../../stacks/installations.ts'
import { aVerdict } from './testing/judgements.ts'
import { nameToType, standsUnderProduction, wantedAnswer } from './wanted-answer.ts'

const shop = (installation: 'dev' | 'prod', protect: boolean) => ({
  installation: { ...installations[installation], protect },
  stack: { kind: 'shop', installation } as const,
})
const registry = { installation: installations.dev, stack: { kind: 'registry' } as const }
const dataLoss = { ...aVerdict([]), risks: [{ kind: 'data-loss', address: 'a.b', what: '', why: '' }] } as const

test('what production stands on asks for the name of the installation, whichever environment was typed', () => {
  for (const protect of [true, false]) {
    expect(standsUnderProduction(shop('prod', protect))).toBe(true)
    expect(wantedAnswer(aVerdict([]), shop('prod', protect))).toBe('name-or-yes')
    expect(wantedAnswer(dataLoss, shop('prod', protect))).toBe('typed-name')
  }
  expect(nameToType(shop('prod', true))).toBe('prod')
})

test('an installation of its own asks for a yes', () => {
  expect(standsUnderProduction(shop('dev', false))).toBe(false)
  expect(wantedAnswer(dataLoss, shop('dev', false))).toBe('yes')
})

test('the registry is production, whoever reaches it: its images are what every environment runs', () => {
  expect(standsUnderProduction(registry)).toBe(true)
  expect(wantedAnswer(aVerdict([]), registry)).toBe('yes')
  expect(wantedAnswer(dataLoss, registry)).toBe('typed-name')
  expect(nameToType(registry)).toBe('registry')
})
