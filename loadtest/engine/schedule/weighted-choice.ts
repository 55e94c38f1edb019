const goldenRatio = (Math.sqrt(5) - 1) / 2

/**
 * Which of the weights the nth has. By the golden ratio and not by dice: of any hundred users in a row 30, 50 and 20
 * have the weights 30, 50 and 20, give or take one, in every run and however many workers share them.
 */
export const weightedChoice = (weights: readonly number[], index: number): number => {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let rest = ((index + 0.5) * goldenRatio) % 1
  for (const [choice, weight] of weights.entries()) {
    rest -= weight / total
    if (rest < 0) return choice
  }
  return weights.length - 1
}
