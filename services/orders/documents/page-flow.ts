export type Style = { readonly size: number; readonly weight: 'regular' | 'semiBold'; readonly colour: 'ink' | 'grey' }

/** `x` is the left edge, or the right one of what is aligned right; `y` the line that letters stand on, from the top. */
export type PageElement =
  | {
      readonly kind: 'text'
      readonly text: string
      readonly x: number
      readonly y: number
      readonly align: 'left' | 'right'
      readonly style: Style
    }
  | { readonly kind: 'rule'; readonly x: number; readonly y: number; readonly width: number }

export type Page = readonly PageElement[]

export type Cell = {
  readonly x: number
  readonly align: 'left' | 'right'
  readonly lines: readonly { readonly text: string; readonly style: Style }[]
}

/** Cells side by side. Lengths in points. */
export type Row = {
  readonly cells: readonly Cell[]
  /** From one line to the next. */
  readonly leading: number
  readonly above: number
  /** In the middle of what is above. */
  readonly rule?: { readonly x: number; readonly width: number }
}

/** Rows on one page if there is a page that can hold them. */
export type Block = {
  readonly rows: readonly Row[]
  /** Comes again at the top of a page where rows go on. */
  readonly header?: Row
}

type Paper = { readonly top: number; readonly bottom: number }

/** Where in a line its letters stand. */
const baseline = 0.75

/** Fills page after page. What is longer than a page goes on between two of its lines. */
export function flowBlocks(blocks: readonly Block[], { top, bottom }: Paper): readonly Page[] {
  const pages: PageElement[][] = [[]]
  let y = top

  for (const { rows, header } of blocks) {
    const height = rows.reduce((sum, row) => sum + heightOf(row), 0)
    const room = bottom - top - (header === undefined ? 0 : heightOf(header))
    if (y + height > bottom && height <= room) turn(header)
    for (const row of rows) place(row, header)
  }
  return pages

  function turn(header: Row | undefined): void {
    pages.push([])
    y = top
    if (header !== undefined) place(header, undefined)
  }

  function place({ cells, leading, above, rule }: Row, header: Row | undefined): void {
    if (y > top) {
      if (rule !== undefined) put({ kind: 'rule', ...rule, y: y + above / 2 })
      y += above
    }
    const count = Math.max(...cells.map(({ lines }) => lines.length))
    for (let index = 0; index < count; index += 1) {
      if (y + leading > bottom) turn(header)
      for (const { x, align, lines } of cells) {
        const line = lines[index]
        if (line !== undefined && line.text !== '') put({ kind: 'text', ...line, x, align, y: y + leading * baseline })
      }
      y += leading
    }
  }

  function put(element: PageElement): void {
    pages.at(-1)?.push(element)
  }
}

const heightOf = ({ cells, leading, above }: Row): number =>
  above + leading * Math.max(...cells.map(({ lines }) => lines.length))
