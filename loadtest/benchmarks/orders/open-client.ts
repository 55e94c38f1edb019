import pg from 'pg'

/** Of the benchmark itself. What breaks it when the server ends is nobody's news. */
export const openClient = async (url: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  return client
}
