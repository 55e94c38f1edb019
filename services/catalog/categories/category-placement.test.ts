import { expect, test } from 'vitest'
import { levelsAtMost, placementVerdict } from './category-placement.ts'

test.each([
  [{ above: 0, levels: 1, withinItself: false }, 'fits'],
  [{ above: levelsAtMost - 1, levels: 1, withinItself: false }, 'fits'],
  [{ above: 0, levels: levelsAtMost, withinItself: false }, 'fits'],
  [{ above: levelsAtMost, levels: 1, withinItself: false }, 'too-deep'],
  [{ above: levelsAtMost - 2, levels: 3, withinItself: false }, 'too-deep'],
  [{ above: levelsAtMost, levels: 1, withinItself: true }, 'cycle'],
] as const)('%j is judged %s', (placement, verdict) => {
  expect(placementVerdict(placement)).toBe(verdict)
})
