import { auditBooks, isOff } from './audit-books.ts'
import { type BookPlaces, openBooks } from './open-books.ts'
import { renderAudit } from './render-audit.ts'

/** The table of what was looked at. Throws with it where something is off. */
export async function requireBalance(places: BookPlaces): Promise<string> {
  const { books, close } = await openBooks(places)
  const audited = await auditBooks(books).finally(close)
  const table = renderAudit(audited)
  if (audited.some(isOff)) throw new Error(table)
  return table
}
