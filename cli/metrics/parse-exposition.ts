/** What Prometheus' text format says of one name; what is not typed there is `untyped`. */
export type SeriesType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'untyped'

/** One line: a name with labels, and its value. Of a histogram `_bucket`, `_sum` and `_count` are names of their own. */
export type Series = {
  readonly name: string
  readonly type: SeriesType
  readonly labels: Readonly<Record<string, string>>
  /** NaN and the infinities are values of the format. */
  readonly value: number
}

export type Exposition = {
  readonly series: readonly Series[]
  /** Lines that are none of the format: told, so that a cut answer is not taken for a short one. */
  readonly unreadable: readonly string[]
}

// The name, its labels up to the last brace before the value, the value, and a time that nobody here needs.
const sampleLine = /^([a-zA-Z_:][\w:]*)(?:\s*\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?$/s
const label = /\s*([a-zA-Z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)/sy
const typeLine = /^#\s*TYPE\s+(\S+)\s+(counter|gauge|histogram|summary|untyped)$/

const unescaped: Readonly<Record<string, string>> = { '\\n': '\n', '\\\\': '\\', '\\"': '"' }
const withoutEscapes = (text: string): string => text.replaceAll(/\\[n\\"]/g, (pair) => unescaped[pair] ?? pair)

const parseLabels = (text: string): Readonly<Record<string, string>> | null => {
  const found: [string, string][] = []
  label.lastIndex = 0
  while (label.lastIndex < text.length) {
    const [, name, value] = label.exec(text) ?? []
    if (name === undefined || value === undefined) return null
    found.push([name, withoutEscapes(value)])
  }
  return Object.fromEntries(found)
}

const words: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Infinity,
  '+inf': Infinity,
  '-inf': -Infinity,
}

const parseValue = (text: string): number | null => {
  const word = words[text.toLowerCase()]
  if (word !== undefined) return word
  const value = Number(text)
  return Number.isFinite(value) ? value : null
}

/** A histogram's and a summary's type is said of the name without its ending. */
const typeOf = (name: string, types: ReadonlyMap<string, SeriesType>): SeriesType => {
  const own = types.get(name)
  if (own !== undefined) return own
  const family = types.get(name.replace(/_(bucket|sum|count)$/, ''))
  return family === 'histogram' || family === 'summary' ? family : 'untyped'
}

const seriesTypes: ReadonlySet<string> = new Set(['counter', 'gauge', 'histogram', 'summary', 'untyped'])
const isSeriesType = (word: string): word is SeriesType => seriesTypes.has(word)

const parseSample = (line: string, types: ReadonlyMap<string, SeriesType>): Series | null => {
  const [, name, labelText, valueText] = sampleLine.exec(line) ?? []
  if (name === undefined || valueText === undefined) return null
  const labels = parseLabels((labelText ?? '').trim())
  const value = parseValue(valueText)
  return labels === null || value === null ? null : { name, type: typeOf(name, types), labels, value }
}

/** Reads Prometheus' text format (0.0.4), as a program's `/metrics` answers it. */
export const parseExposition = (text: string): Exposition => {
  const types = new Map<string, SeriesType>()
  const series: Series[] = []
  const unreadable: string[] = []
  for (const line of text.split(/\r?\n/).map((each) => each.trim())) {
    const [, typed, word] = typeLine.exec(line) ?? []
    if (typed !== undefined && word !== undefined && isSeriesType(word)) types.set(typed, word)
    if (line === '' || line.startsWith('#')) continue
    const sample = parseSample(line, types)
    if (sample === null) unreadable.push(line)
    else series.push(sample)
  }
  return { series, unreadable }
}
