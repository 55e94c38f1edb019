import { type Block, mergedLatency } from './blocks.ts'
import { evenQuantile, samplesBelow } from './histogram-share.ts'

/** A figure, and between which it may as well be. */
export type Estimate = { readonly value: number; readonly low: number; readonly high: number }

/** Of blocks: some of `all` are counted. */
type Share = { readonly counted: number; readonly all: number }

/**
 * Wilson's interval of a share ("Probable inference", 1927), with as many samples as the blocks are worth: where blocks
 * differ more than chance, as after a stall, a thousand requests of one second say no more than a few (the design
 * effect of Kish, "Survey Sampling", 1965; it is never taken as less than none).
 */
const shareEstimate = (blocks: readonly Share[], deviations: number): Estimate => {
  const all = blocks.reduce((sum, block) => sum + block.all, 0)
  const share = blocks.reduce((sum, { counted }) => sum + counted, 0) / all
  const byChance = share * (1 - share) * all
  const between = blocks.reduce((sum, block) => sum + (block.counted - share * block.all) ** 2, 0)
  const effect = byChance === 0 ? 1 : Math.max(1, (between * blocks.length) / (blocks.length - 1) / byChance)
  const worth = all / effect
  const square = deviations ** 2 / worth
  const middle = (share + square / 2) / (1 + square)
  const half = (deviations / (1 + square)) * Math.sqrt((share * (1 - share)) / worth + square / (4 * worth))
  return { value: share, low: Math.max(0, middle - half), high: Math.min(1, middle + half) }
}

/**
 * Microseconds. The interval of the share that lies below it, read back from the merged histogram (Woodruff,
 * "Confidence intervals for medians and other position measures", 1952): no form of the distribution is assumed, and
 * what goes along within a second is not taken for independent.
 */
export const quantileEstimate = (blocks: readonly Block[], share: number, deviations: number): Estimate => {
  const merged = mergedLatency(blocks)
  const value = evenQuantile(merged, share)
  const below = blocks.map(({ latency }) => ({ counted: samplesBelow(latency, value), all: latency.count }))
  const { low, high } = shareEstimate(below, deviations)
  return { value, low: evenQuantile(merged, low), high: evenQuantile(merged, high) }
}

/** Failed and timed out, of all that ended. */
export const errorEstimate = (blocks: readonly Block[], deviations: number): Estimate =>
  shareEstimate(
    blocks.map(({ ok, errors }) => ({ counted: errors, all: ok + errors })),
    deviations,
  )

/** Ok a second: the mean of the blocks, and how they differ. A single request is the least that can be told. */
export const throughputEstimate = (blocks: readonly Block[], deviations: number): Estimate => {
  const seconds = blocks.reduce((sum, block) => sum + block.seconds, 0)
  const value = blocks.reduce((sum, { ok }) => sum + ok, 0) / seconds
  const spread = blocks.reduce((sum, block) => sum + (block.ok / block.seconds - value) ** 2, 0)
  const error = Math.max(1 / seconds, Math.sqrt(spread / (blocks.length * (blocks.length - 1))))
  return { value, low: Math.max(0, value - deviations * error), high: value + deviations * error }
}
