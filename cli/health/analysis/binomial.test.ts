import fc from 'fast-check'
import { expect, test } from 'vitest'
import { approximateTail, binomialUpperTail, normalUpperTail, stratifiedUpperTail } from './binomial.ts'

test('tails are those of the tables', () => {
  expect(binomialUpperTail({ found: 5, of: 100, share: 0.01 })).toBeCloseTo(0.003432, 6)
  expect(binomialUpperTail({ found: 0, of: 100, share: 0.01 })).toBe(1)
  expect(normalUpperTail(1.96)).toBeCloseTo(0.0249979, 7)
  expect(normalUpperTail(-1.96)).toBeCloseTo(0.9750021, 7)
  expect(normalUpperTail(3)).toBeCloseTo(0.0013499, 7)
  expect(normalUpperTail(5) / 2.8665e-7).toBeCloseTo(1, 4)
})

test("Fisher's lady who tastes tea", () => {
  const tasted = [{ candidate: { found: 3, of: 4 }, baseline: { found: 1, of: 4 } }]
  expect(stratifiedUpperTail(tasted)).toBeCloseTo(17 / 70, 10)
})

test('what is asked for more often on a route that always fails is no difference', () => {
  const strata = [
    { candidate: { found: 90, of: 90 }, baseline: { found: 10, of: 10 } },
    { candidate: { found: 0, of: 10 }, baseline: { found: 0, of: 90 } },
  ]
  expect(stratifiedUpperTail(strata)).toBe(1)
  const merged = [{ candidate: { found: 90, of: 100 }, baseline: { found: 10, of: 100 } }]
  expect(stratifiedUpperTail(merged)).toBeLessThan(1e-20)
})

test('many finds are approximated, and the two ways agree', () => {
  const strata = [
    { candidate: { found: 130, of: 2000 }, baseline: { found: 90, of: 2000 } },
    { candidate: { found: 40, of: 900 }, baseline: { found: 30, of: 1100 } },
  ]
  expect(Math.log10(stratifiedUpperTail(strata))).toBeCloseTo(Math.log10(approximateTail(strata)), 0)
})

test('a tail is a probability, and more finds are never likelier', () => {
  const group = fc.integer({ min: 1, max: 60 }).chain((of) => fc.record({ of: fc.constant(of), found: fc.nat(of) }))
  fc.assert(
    fc.property(group, group, (candidate, baseline) => {
      const chance = stratifiedUpperTail([{ candidate, baseline }])
      expect(chance).toBeGreaterThanOrEqual(0)
      expect(chance).toBeLessThanOrEqual(1)
      if (candidate.found === candidate.of || baseline.found === 0) return
      const worse = {
        candidate: { ...candidate, found: candidate.found + 1 },
        baseline: { ...baseline, found: baseline.found - 1 },
      }
      expect(stratifiedUpperTail([worse])).toBeLessThanOrEqual(chance + 1e-12)
    }),
  )
})
