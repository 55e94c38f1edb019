import type { Directions } from '../platform.ts'
import type { Foundations } from './foundations-file.ts'

const customer = 'demo@shop.example'
const admin = 'admin@shop.example'

const json = (value: unknown) => JSON.stringify(value)

/** What to open and to paste after a local deploy; the lines are short enough for a narrow terminal. */
export const localDirections = (
  { publicPort, demo }: Pick<Foundations, 'publicPort' | 'demo'>,
  demoData: 'loaded' | 'none',
): Directions => {
  const entry = `http://127.0.0.1:${publicPort}`
  const browse = `curl -s '${entry}/api/v1/products?limit=3'`
  if (demoData === 'none') return { entry, docs: `${entry}/docs`, logins: [], examples: [browse] }
  const login = json({ email: customer, password: demo.customerPassword })
  return {
    entry,
    docs: `${entry}/docs`,
    logins: [
      { role: 'customer', email: customer, password: demo.customerPassword },
      { role: 'admin', email: admin, password: demo.adminPassword },
    ],
    examples: [browse, `curl -s ${entry}/api/v1/auth/login -H 'content-type: application/json' -d '${login}'`],
  }
}
