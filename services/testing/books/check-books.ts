import { parseArgs } from 'node:util'
import { auditBooks, isOff } from './audit-books.ts'
import { openBooks } from './open-books.ts'
import { renderAudit } from './render-audit.ts'

const usage = `Says whether the books of a shop at rest balance, from its databases and its provider's log alone.

  node services/testing/books/check-books.ts --orders URL --catalog URL [--users URL] [--bus URL] [--mails PLACE]

  --mails   a folder of .eml files, or one file with all mails in it

Exit code 0: they balance. 1: they do not, and the table says where. 2: this text.
`

const { values } = parseArgs({
  strict: false,
  options: {
    orders: { type: 'string' },
    catalog: { type: 'string' },
    users: { type: 'string' },
    bus: { type: 'string' },
    mails: { type: 'string' },
  },
})

const text = (value: string | boolean | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined
const [orders, catalog] = [text(values.orders), text(values.catalog)]
if (orders === undefined || catalog === undefined) {
  process.stderr.write(usage)
  process.exitCode = 2
} else {
  const places = { users: text(values.users), bus: text(values.bus), mails: text(values.mails) }
  const { books, close } = await openBooks({ orders, catalog, ...places })
  const audited = await auditBooks(books).finally(close)
  process.stdout.write(renderAudit(audited))
  process.exitCode = audited.some(isOff) ? 1 : 0
}
