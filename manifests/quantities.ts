const mebibytes: Readonly<Record<string, number>> = { Mi: 1, Gi: 1024 }

/** `512Mi` → 512, `1Gi` → 1024. Other units are not used here. */
export const inMebibytes = (memory: string): number => {
  const { count, unit } = /^(?<count>\d+)(?<unit>Mi|Gi)$/.exec(memory)?.groups ?? {}
  const factor = mebibytes[unit ?? '']
  if (factor === undefined) throw new Error(`${memory} is not a quantity in Mi or Gi`)
  return Number(count) * factor
}
