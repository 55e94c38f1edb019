import { html, type Markup, nothing } from './html.ts'

export type HtmlColumn<Row> = {
  readonly title: string
  readonly value: (row: Row) => string | Markup
  readonly align?: 'left' | 'right'
}

/** The first column names the row. A table that is wider than the page is scrolled by itself. */
export const htmlTable = <Row>(columns: readonly HtmlColumn<Row>[], rows: readonly Row[]): Markup => {
  const aligned = ({ align }: HtmlColumn<Row>) => (align === 'right' ? html` class="figure"` : nothing)
  const heads = columns.map((column) => html`<th scope="col"${aligned(column)}>${column.title}</th>`)
  const lines = rows.map((row) => {
    const cells = columns.map((column, index) =>
      index === 0
        ? html`<th scope="row">${column.value(row)}</th>`
        : html`<td${aligned(column)}>${column.value(row)}</td>`,
    )
    return html`<tr>${cells}</tr>
`
  })
  return html`<div class="scroll"><table><thead><tr>${heads}</tr></thead><tbody>
${lines}</tbody></table></div>
`
}
