import type { Style } from './page-flow.ts'

/** A4, in points. */
export const paper = { width: 595.28, height: 841.89 } as const
export const edge = { left: 48, right: paper.width - 48, top: 52, bottom: paper.height - 62 } as const
export const contentWidth = edge.right - edge.left
/** Of the line at the foot of each page. */
export const footY = paper.height - 36

export const styles = {
  title: { size: 20, weight: 'semiBold', colour: 'ink' },
  strong: { size: 10.5, weight: 'semiBold', colour: 'ink' },
  body: { size: 9.5, weight: 'regular', colour: 'ink' },
  small: { size: 8, weight: 'regular', colour: 'grey' },
} as const satisfies Record<string, Style>

export type Measure = (text: string, style: Style) => number
