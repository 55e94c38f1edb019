const suffixes: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

/** A Kubernetes quantity (`250m`, `1Gi`, `1e3`) as a number of its unit: cores, bytes, pieces. Null where it is none. */
export const parseQuantity = (text: string): number | null => {
  const groups = /^(?<digits>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?<suffix>[A-Za-z]{0,2})$/.exec(text)?.groups
  const factor = suffixes[groups?.suffix ?? '?']
  return groups === undefined || factor === undefined ? null : Number(groups.digits) * factor
}

const tolerance = 1e-9

/** Whether two words are one amount: `1000m` and `1`, `1024Mi` and `1Gi`. */
export const sameQuantity = (left: string, right: string): boolean => {
  const [one, other] = [parseQuantity(left), parseQuantity(right)]
  if (one === null || other === null) return false
  return Math.abs(one - other) <= tolerance * Math.max(1, Math.abs(one), Math.abs(other))
}
