import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import type { Ask, Books } from './books.ts'

export type BookPlaces = {
  readonly orders: string
  readonly catalog: string
  readonly users?: string | undefined
  /** A bus that is not in PostgreSQL is not looked at. */
  readonly bus?: string | undefined
  /** A folder of .eml files, or one file with all mails in it: an mbox, or a log that has their headers. */
  readonly mails?: string | undefined
}

export type OpenBooks = { readonly books: Books; close(): Promise<void> }

/** Reads what is there now and changes nothing. */
export async function openBooks({ orders, catalog, users, bus, mails }: BookPlaces): Promise<OpenBooks> {
  const clients: pg.Client[] = []
  const close = async () => void (await Promise.all(clients.map((client) => client.end())))
  const openOne = async (url: string): Promise<Ask> => {
    const client = new pg.Client({ connectionString: url, application_name: 'books', statement_timeout: 60_000 })
    clients.push(client)
    await client.connect()
    await client.query('begin isolation level repeatable read read only')
    return askBy(client)
  }
  const openSome = (url: string | undefined) => (url === undefined ? undefined : openOne(url))
  try {
    const books = {
      orders: await openOne(orders),
      catalog: await openOne(catalog),
      users: await openSome(users),
      bus: await openSome(bus?.startsWith('postgres') === true ? bus : undefined),
      mails: mails === undefined ? undefined : await readMails(mails),
    }
    return { books, close }
  } catch (error) {
    await close()
    throw error
  }
}

export const askBy =
  (client: pg.Client): Ask =>
  async <Row extends pg.QueryResultRow>(statement: string) =>
    (await client.query<Row>(statement)).rows

/** A mail's id is what its Message-ID has before the @. */
const messageId = /^message-id:\s*<([^@>]+)@/gim

async function readMails(place: string): Promise<readonly string[]> {
  const isFolder = (await stat(place)).isDirectory()
  const names = isFolder ? (await readdir(place)).filter((name) => !name.startsWith('.')) : []
  const files = isFolder ? names.map((name) => join(place, name)) : [place]
  const ids: string[] = []
  for (const file of files) {
    for (const [, id = ''] of (await readFile(file, 'utf8')).matchAll(messageId)) ids.push(id)
  }
  return ids
}
