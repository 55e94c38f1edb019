export const escapeCode = String.fromCharCode(27)

// Erasing and moving end in a capital letter, colours and the cursor's look in a small one.
const moves = new RegExp(`${escapeCode}\\[[?0-9;]*[A-Z]`)
const looks = new RegExp(`${escapeCode}\\[[?0-9;]*[a-z]`, 'g')

/** Colours, bold and dim. */
export const colours = new RegExp(`${escapeCode}\\[[0-9;]*m`)

/** The lines that stand on a terminal after the last redrawing, as they were written: a terminal wraps, it does not cut. */
export const linesLeft = (output: string): readonly string[] =>
  (output.split(moves).at(-1) ?? '').replace(looks, '').replaceAll('\r', '').trimEnd().split('\n')
