import fc from 'fast-check'
import { expect, test } from 'vitest'
import { errorsAllowed, undoneErrors } from './corrections.ts'
import { editDistance } from './edit-distance.ts'

test.each([
  ['', '', 0],
  ['lamp', 'lamp', 0],
  ['lamp', 'lmap', 1],
  ['lamp', 'lam', 1],
  ['lamp', 'plamp', 1],
  ['lamp', 'limp', 1],
  ['kitten', 'sitting', 3],
  ['ab', 'ba', 1],
  ['blanket', 'blankte', 1],
  ['🜁a', 'a🜁', 1],
])('from %s to %s there are %i errors', (one, other, distance) => {
  expect(editDistance(one, other)).toBe(distance)
})

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é'), maxLength: 8 })

test('the way back is as long, and no word is nearer than its length says', () => {
  fc.assert(
    fc.property(word, word, (one, other) => {
      const distance = editDistance(one, other)
      expect(editDistance(other, one)).toBe(distance)
      expect(distance).toBeGreaterThanOrEqual(Math.abs([...one].length - [...other].length))
      expect(distance === 0).toBe(one === other)
    }),
  )
})

test('a letter left out or swapped is one error, and is undone among others', () => {
  const longer = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 2, maxLength: 8 })
  fc.assert(
    fc.property(longer, fc.nat(), (typed, at) => {
      const letters = [...typed]
      const index = at % (letters.length - 1)
      const without = letters.toSpliced(index, 1).join('')
      const swapped = letters.toSpliced(index, 2, letters[index + 1] ?? '', letters[index] ?? '').join('')
      expect(undoneErrors(typed)).toEqual(expect.arrayContaining([without, swapped]))
      for (const meant of undoneErrors(typed)) expect(editDistance(typed, meant)).toBeLessThanOrEqual(1)
    }),
  )
})

test.each([
  ['pan', 0],
  ['lamp', 1],
  ['kettle', 1],
  ['keyboard', 2],
])('in %s %i errors are forgiven', (typed, errors) => {
  expect(errorsAllowed(typed)).toBe(errors)
})
