import { type SeriesStyle, seriesColours, seriesStyle } from '../../../loadtest/report/plot/series-style.ts'
import { serviceColours, serviceOfSeries } from '../../../observability/dashboards/service-colours.ts'
import { serviceNames } from '../../../services/registry.ts'

/** The first three are the services' own. */
const firstFree = 3
const free = seriesColours.length - firstFree

/** Colours in turn; after the last of them dashes tell the next ones apart. */
const otherStyle = (index: number): SeriesStyle => {
  const { className, colour } = seriesStyle(firstFree + (index % free))
  return { className, colour, dash: seriesStyle(Math.floor(index / free)).dash }
}

/** A service has its colour everywhere, its pods differ by their dashes; what is no service takes the other colours. */
export const stylesOf = (names: readonly string[]): readonly SeriesStyle[] => {
  const seen = new Map<string, number>()
  let others = 0
  return names.map((name) => {
    const service = serviceOfSeries(name)
    if (service === null) return otherStyle(others++)
    const before = seen.get(service) ?? 0
    seen.set(service, before + 1)
    const { dash } = seriesStyle(before)
    return { className: `of-${service}`, colour: serviceColours[service].light, dash }
  })
}

/** Rules of a style sheet for both shades. */
export const serviceStyle = (shade: 'light' | 'dark'): string =>
  serviceNames
    .map((name) => {
      const colour = serviceColours[name][shade]
      return `.line.of-${name}{stroke:${colour}}.bar.of-${name}{fill:${colour}}`
    })
    .join('')
