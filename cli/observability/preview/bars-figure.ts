import { html, type Markup } from '../../../loadtest/report/page/html.ts'
import { type NamedSeries, type PanelData, plainWords } from './panel-data.ts'
import { stylesOf } from './series-styles.ts'
import { valueInWords } from './shown-unit.ts'

type Row = { readonly name: string; readonly value: number }

const now = ({ name, values }: NamedSeries): readonly Row[] => {
  const value = values.at(-1) ?? null
  return value === null ? [] : [{ name, value }]
}

/** What is so now, the least first: that is what people look for. */
export const renderBars = ({ panel, series }: PanelData): Markup => {
  const rows = series.flatMap(now).toSorted((left, right) => left.value - right.value)
  const most = Math.max(...rows.map(({ value }) => Math.abs(value)), 0)
  const styles = stylesOf(rows.map(({ name }) => name))
  return html`<figure>
<figcaption><h3>${panel.title}</h3><p>${plainWords(panel.description)}</p></figcaption>
<ul class="bars">${rows.map(({ name, value }, index) => {
    const share = most === 0 ? 0 : Math.max(0, value / most) * 100
    const { className, colour } = styles[index] ?? { className: '', colour: '#000' }
    return html`<li><span>${name}</span><svg height="14" width="100%" aria-hidden="true"><rect class="full-load" width="100%" height="14" fill="#eef3f8"/><rect class="bar ${className}" width="${share.toFixed(1)}%" height="14" fill="${colour}"/></svg><b>${valueInWords(value, panel.unit)}</b></li>`
  })}</ul>
</figure>
`
}
