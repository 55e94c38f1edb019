import type { Directions } from './platform.ts'

type DemoPasswords = { readonly customerPassword: string; readonly adminPassword: string }

const customer = 'demo@shop.example'
const admin = 'admin@shop.example'

/** A line that lists products: it needs no account. */
export const browseExample = (entry: string): string => `curl -s '${entry}/api/v1/products?limit=3'`

/** The accounts that come with the demo data, and a line that logs one of them in. */
export const demoDirections = (entry: string, demo: DemoPasswords): Pick<Directions, 'logins' | 'examples'> => {
  const login = JSON.stringify({ email: customer, password: demo.customerPassword })
  return {
    logins: [
      { role: 'customer', email: customer, password: demo.customerPassword },
      { role: 'admin', email: admin, password: demo.adminPassword },
    ],
    examples: [
      browseExample(entry),
      `curl -s ${entry}/api/v1/auth/login -H 'content-type: application/json' -d '${login}'`,
    ],
  }
}
