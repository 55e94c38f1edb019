/** Uniform in [0, 1): mulberry32 over a state that `stream` sets apart from other streams of the seed. */
export const seededRandom = (seed: number, stream: number): (() => number) => {
  let state = mixed(Math.imul(seed, 0x9e3779b1) ^ mixed(stream + 0x6d2b79f5))
  return () => {
    state = (state + 0x6d2b79f5) | 0
    return mixed(state) / 2 ** 32
  }
}

const mixed = (whole: number): number => {
  let bits = Math.imul(whole ^ (whole >>> 15), whole | 1)
  bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
  return (bits ^ (bits >>> 14)) >>> 0
}
