const grouped = (value: number, digits: number): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })

/** `0.42`, `12.3`, `1,204`: three figures that mean something, a dash where there is none. */
export const figure = (value: number | null): string => {
  if (value === null) return '–'
  const size = Math.abs(value)
  if (size >= 99.95 || value === 0) return grouped(value, 0)
  return grouped(value, size >= 9.995 ? 1 : 2)
}

export const count = (value: number): string => grouped(value, 0)

/** Of a share of 1: `0.64 %`. */
export const percent = (share: number | null): string => {
  if (share === null) return '–'
  const size = Math.abs(share)
  if (size > 0 && size < 0.000_05) return '< 0.01 %'
  const isWhole = size === 0 || size === 1
  return `${grouped(share * 100, isWhole ? 0 : size >= 0.1 ? 1 : 2)} %`
}

export const milliseconds = (value: number | null): string => (value === null ? '–' : `${figure(value)} ms`)

/** `340 ms`, `45 s`, `2 min 5 s`, `1 h 3 min`. */
export const duration = (seconds: number): string => {
  if (seconds < 0.9995) return `${Math.round(seconds * 1_000)} ms`
  if (seconds < 60) return `${Number(seconds.toFixed(seconds < 10 ? 1 : 0))} s`
  const whole = Math.round(seconds)
  const pair = (first: string, second: number, unit: string) => (second === 0 ? first : `${first} ${second} ${unit}`)
  if (whole < 3600) return pair(`${Math.floor(whole / 60)} min`, whole % 60, 's')
  return pair(`${Math.floor(whole / 3600)} h`, Math.floor((whole % 3600) / 60), 'min')
}

/** `1 objective`, `3 objectives`. */
export const plural = (times: number, noun: string): string => `${count(times)} ${noun}${times === 1 ? '' : 's'}`
