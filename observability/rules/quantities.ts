const bytesOf: Readonly<Record<string, number>> = { Mi: 1024 ** 2, Gi: 1024 ** 3 }

/** `500m` → 0.5, `1` → 1. */
export const parseCores = (cpu: string): number => (cpu.endsWith('m') ? Number(cpu.slice(0, -1)) / 1000 : Number(cpu))

/** `512Mi` → 536870912. Other units are not used here. */
export const parseMemoryBytes = (memory: string): number => {
  const { count, unit = '' } = /^(?<count>\d+)(?<unit>Mi|Gi)$/.exec(memory)?.groups ?? {}
  const bytes = bytesOf[unit]
  if (bytes === undefined) throw new Error(`${memory} is not a quantity in Mi or Gi`)
  return Number(count) * bytes
}
