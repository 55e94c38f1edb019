import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { forgetGlyphs, openFontsFor } from './document-fonts.ts'
import { documentPen } from './document-pen.ts'
import { titleOf } from './invoice-head.ts'
import { invoicePages } from './invoice-pages.ts'
import { type InvoiceSnapshot, invoiceSnapshotSchema } from './invoice-snapshot.ts'
import { paper } from './page-geometry.ts'
import { cleanText } from './text-runs.ts'

/**
 * The document as PDF: of one snapshot always the same bytes, on every machine. Not compressed, as what compresses
 * differs between processors and releases of Node.
 */
export async function renderInvoice(given: InvoiceSnapshot): Promise<Uint8Array> {
  // The database hands the fields in an order of its own.
  const snapshot = invoiceSnapshotSchema.parse(given)
  const content = JSON.stringify(snapshot)
  const fonts = await openFontsFor(cleanText(content))
  const { default: PDFDocument } = await import('pdfkit')
  const document = new PDFDocument({
    size: [paper.width, paper.height],
    margin: 0,
    // Without it pdfkit opens a font of its own, whose file is in no bundle.
    font: '',
    compress: false,
    pdfVersion: '1.7',
    lang: 'en',
    displayTitle: true,
    autoFirstPage: false,
    info: infoOf(snapshot, content),
  })
  forgetGlyphs(fonts)
  const pen = documentPen(document, fonts)
  for (const page of invoicePages(snapshot, pen.measure)) {
    document.addPage()
    for (const element of page) pen.draw(element)
  }
  document.end()
  return buffer(document)
}

/** pdfkit derives the file's identifier from all of it. */
function infoOf(snapshot: InvoiceSnapshot, content: string): PDFKit.DocumentInfo {
  return {
    Title: `${titleOf(snapshot)} ${snapshot.number_text}`,
    Author: cleanText(snapshot.seller.name),
    Creator: 'order-management',
    CreationDate: new Date(snapshot.issued_at),
    Keywords: `snapshot sha256:${createHash('sha256').update(content).digest('hex')}`,
  }
}
