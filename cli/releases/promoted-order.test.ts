import { describe, expect, test } from 'vitest'
import { irreversibleForPromotion, promotedPosition, provenInTarget } from './promoted-order.ts'
import { aRelease } from './testing/a-release.ts'

/** 3 is what 1 was, and 4 what 3 was. */
const source = [
  aRelease({ number: 4, services: { catalog: 'a' }, restores: 3 }),
  aRelease({ number: 3, services: { catalog: 'a' }, restores: 1 }),
  aRelease({ number: 2, services: { catalog: 'b' } }),
  aRelease({ number: 1, services: { catalog: 'a' } }),
]
const [fourth, , , first] = source
if (fourth === undefined || first === undefined) throw new Error('no releases')

const given = (number: number, release: number, wish: Partial<Parameters<typeof aRelease>[0]> = {}) =>
  aRelease({ number, environment: 'prod', promotedFrom: { environment: 'staging', release }, ...wish })
const irreversible = (name: string) => [{ service: 'catalog', name, reversible: false }]

describe('what was promoted stands', () => {
  const promotion = { release: first, source, target: [] }

  test('where the release stands that a rollback of the source restores', () => {
    expect(promotedPosition(given(9, 4), promotion)).toBe(1)
    expect(promotedPosition(given(9, 2), promotion)).toBe(2)
  })

  test('at its number where its record is gone, and nowhere where it came from elsewhere', () => {
    expect(promotedPosition(given(9, 77), promotion)).toBe(77)
    expect(promotedPosition(aRelease({ number: 9 }), promotion)).toBeNull()
    const ofDev = given(9, 2, { promotedFrom: { environment: 'dev', release: 2 } })
    expect(promotedPosition(ofDev, promotion)).toBeNull()
  })
})

describe('migrations that older code may not know', () => {
  const migrated = given(2, 2, { services: { catalog: 'b/of-prod' }, migrations: irreversible('0007_drop_prices') })
  const before = given(1, 1, { services: { catalog: 'a/of-prod' }, migrations: irreversible('0001_own_column') })
  const names = (...[promotion, current]: Parameters<typeof irreversibleForPromotion>) =>
    irreversibleForPromotion(promotion, current).map(({ name }) => name)

  test('are those of newer code, whatever the settings of the environments are', () => {
    const promotion = { release: fourth, source, target: [migrated, before] }
    expect(provenInTarget(promotion)?.number).toBe(1)
    expect(names(promotion, migrated)).toEqual(['0007_drop_prices'])
  })

  test('are those of newer code too where it has never run there', () => {
    expect(names({ release: first, source, target: [migrated] }, migrated)).toEqual(['0007_drop_prices'])
  })

  test('are not those that it brings itself', () => {
    const own = given(1, 1, { services: { catalog: 'other' }, migrations: irreversible('0001_own_column') })
    expect(names({ release: fourth, source, target: [migrated, own] }, migrated)).toEqual(['0007_drop_prices'])
  })

  test('are those that nobody promoted, and those of attempts that failed', () => {
    const byHand = aRelease({
      number: 3,
      environment: 'prod',
      services: { catalog: 'c' },
      migrations: irreversible('0008'),
    })
    const failed = given(4, 2, { state: 'rolled-back', migrations: irreversible('0009') })
    expect(names({ release: first, source, target: [failed, byHand, before] }, byHand)).toEqual(['0008', '0009'])
  })

  test('are none once it has run healthy on the migrated databases, or where its digest stays', () => {
    const forced = given(3, 1, { services: { catalog: 'a/of-prod' }, restores: 1 })
    const again = given(4, 2, { services: { catalog: 'b/of-prod' } })
    expect(names({ release: first, source, target: [again, forced, migrated, before] }, again)).toEqual([])
    expect(names({ release: first, source, target: [migrated] }, before)).toEqual([])
  })
})
