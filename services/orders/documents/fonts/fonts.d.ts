/** As esbuild's loader `base64` gives it. */
declare module '*.ttf' {
  const base64: string
  export default base64
}

// What pdfkit takes as well: a font that was opened before, for many documents.
declare namespace PDFKit.Mixins {
  interface PDFFont {
    registerFont(name: string, source: import('fontkit').Font): this
  }
}
