import { serve } from '@hono/node-server'
import { Hono } from 'hono'

/** The baseline H: what Hono on Node costs where it does nothing else. Prints its port. */
const app = new Hono().get('/hello', (c) => c.json({ hello: 'world' }))
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => process.stdout.write(`${port}\n`))
