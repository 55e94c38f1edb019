const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** `340 ms`, `1.2 s`, `45 s`, `2 min 5 s`, `1 h 3 min`, `3 d 4 h`: at most two units. */
export const durationInWords = (milliseconds: number): string => {
  const rounded = Math.round(milliseconds)
  if (rounded < second) return `${Math.max(0, rounded)} ms`
  const tenths = Math.round(rounded / 100) / 10
  if (tenths < 10) return `${tenths} s`
  const seconds = Math.round(rounded / second)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return pair([Math.floor(seconds / 60), 'min'], [seconds % 60, 's'])
  const minutes = Math.round(rounded / minute)
  if (minutes < 24 * 60) return pair([Math.floor(minutes / 60), 'h'], [minutes % 60, 'min'])
  const hours = Math.round(rounded / hour)
  return pair([Math.floor(hours / 24), 'd'], [hours % 24, 'h'])
}

type Amount = readonly [number, string]

const pair = (first: Amount, second: Amount): string =>
  second[0] === 0 ? first.join(' ') : `${first.join(' ')} ${second.join(' ')}`

/** `just now`, `12 s ago`, `3 min ago`, `2 h ago`, `5 d ago`. A moment ahead of `now` means that a clock jumped. */
export const ageInWords = (moment: string | Date, now: Date): string => {
  const age = now.getTime() - new Date(moment).getTime()
  if (Number.isNaN(age)) return 'at an unknown time'
  if (age < -minute) return 'in the future by the clock of this machine'
  if (age < 2 * second) return 'just now'
  if (age < minute) return `${Math.floor(age / second)} s ago`
  if (age < hour) return `${Math.floor(age / minute)} min ago`
  if (age < 2 * day) return `${Math.floor(age / hour)} h ago`
  return `${Math.floor(age / day)} d ago`
}
