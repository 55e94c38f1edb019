export type Palette = Readonly<Record<'red' | 'yellow' | 'green' | 'dim' | 'bold', (text: string) => string>>

export type ColourLevel = 0 | 1 | 2 | 3

export type Variables = Readonly<Record<string, string | undefined>>

const forced: Readonly<Record<string, ColourLevel>> = { '0': 0, false: 0, '1': 1, true: 1, '': 1, '2': 2, '3': 3 }

/**
 * How many colours a stream gets. NO_COLOR wins over everything, then FORCE_COLOR; off a terminal there is none.
 * Decided here because chalk's own detection does not know NO_COLOR.
 */
export const colourLevel = (stream: { readonly isTTY?: boolean | undefined }, variables: Variables): ColourLevel => {
  if (variables.NO_COLOR) return 0
  if (variables.FORCE_COLOR !== undefined) return forced[variables.FORCE_COLOR] ?? 1
  if (stream.isTTY !== true || variables.TERM === 'dumb') return 0
  if (variables.COLORTERM === 'truecolor' || variables.COLORTERM === '24bit') return 3
  return variables.TERM?.includes('256color') ? 2 : 1
}

const asItIs = (text: string) => text

export const noColours: Palette = { red: asItIs, yellow: asItIs, green: asItIs, dim: asItIs, bold: asItIs }

/** Loads chalk only where there is something to colour. */
export const createPalette = async (level: ColourLevel): Promise<Palette> => {
  if (level === 0) return noColours
  const { Chalk } = await import('chalk')
  const chalk = new Chalk({ level })
  // Wrapped, because chalk joins all its arguments and a callback may get more than the text.
  return {
    red: (text) => chalk.red(text),
    yellow: (text) => chalk.yellow(text),
    green: (text) => chalk.green(text),
    dim: (text) => chalk.dim(text),
    bold: (text) => chalk.bold(text),
  }
}
