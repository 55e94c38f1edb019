/**
 * Colours that people with any colour vision tell apart (after Okabe and Ito, "Color Universal Design", 2008), darker on
 * white and lighter on black. The attribute of a shape has the light one: that is what is left without style sheets.
 */
export const seriesColours = [
  { light: '#0072b2', dark: '#56b4e9' },
  { light: '#d55e00', dark: '#ff9350' },
  { light: '#009e73', dark: '#2bd4a2' },
  { light: '#a5468a', dark: '#e3a0c8' },
  { light: '#b98200', dark: '#f0c040' },
  { light: '#5a6570', dark: '#b4bcc4' },
  { light: '#3b3f9e', dark: '#a3a7ff' },
  { light: '#7a4a1e', dark: '#d9a878' },
] as const

/** Lines of one plot differ by this as well, for who sees no colours at all. */
const dashes = ['', '7 3', '2 3', '9 3 2 3', '4 4', '1 4', '12 4', '6 2 1 2'] as const

export type SeriesStyle = { readonly className: string; readonly colour: string; readonly dash: string }

/** After the last of them they begin again. */
export const seriesStyle = (index: number): SeriesStyle => {
  const at = index % seriesColours.length
  return { className: `s${at}`, colour: seriesColours[at]?.light ?? '#000', dash: dashes[at] ?? '' }
}
