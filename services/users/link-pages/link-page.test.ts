import { createHash } from 'node:crypto'
import { createContext, runInContext } from 'node:vm'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { testApp } from '../../kit/testing/test-app.ts'
import { tokenLink } from '../mail/texts/mail-text.ts'
import { linkPageRoutes } from './link-page-routes.ts'
import { linkPageScript } from './link-page-script.ts'
import { type LinkPage, linkPages } from './link-page-texts.ts'

const { app } = testApp(linkPageRoutes())
const pages = ['verify', 'reset'] as const
const shop = 'https://shop.test'
const token = 'T'.repeat(43)
const linkOf = (page: LinkPage) => new URL(tokenLink(page, { shop, token, name: null }))
const open = (page: LinkPage, language = 'en') =>
  app.request(`${linkOf(page)}`, { headers: { 'accept-language': language } })

test.each(pages)(
  'A6: the link of a %s mail opens a page that knows no token and takes nothing from elsewhere',
  async (page) => {
    const answer = await open(page)
    expect(answer.status).toBe(200)
    expect(linkOf(page).search, 'no server hears of it').toBe('')
    const text = await answer.text()
    expect(text).not.toContain(token.slice(0, 6))
    expect(text.match(/\s(?:src|href|action|style|on\w+)=/g), 'nothing but what stands here').toBeNull()
    const policy = answer.headers.get('content-security-policy')
    for (const tag of ['script', 'style']) {
      const [, inside = ''] = new RegExp(`<${tag}>([\\s\\S]*)</${tag}>`).exec(text) ?? []
      expect(policy).toContain(`${tag}-src 'sha256-${createHash('sha256').update(inside).digest('base64')}';`)
    }
    expect(policy).toMatch(/^default-src 'none';.*connect-src 'self';.*form-action 'none'; frame-ancestors 'none'$/)
    expect(policy).not.toContain('unsafe')
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('vary')).toContain('Accept-Language')
    const posted = await app.request(`${linkOf(page)}`, { method: 'POST' })
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  },
)

test('A6: a page speaks the language that the browser asks for', async () => {
  for (const [asked, lang] of [
    ['de-AT,de;q=0.9', 'de'],
    ['de, en', 'de'],
    ['fr', 'en'],
    ['', 'en'],
  ] as const) {
    expect(await (await open('reset', asked)).text()).toContain(`<html lang="${lang}">`)
  }
})

test.each(pages)('A6: the %s page uses the token when its button is pressed, and not before', async (page) => {
  const browser = await openBrowser(page)
  expect(browser.seen()).toEqual({ form: 'act', said: null })
  expect(browser.sent).toEqual([])
  await browser.press(204)
  expect(browser.sent).toEqual([
    {
      url: `${shop}/api/v1/auth/${linkPages[page].operation}`,
      body: { token, ...(page === 'reset' ? { password: 'typed' } : {}) },
    },
  ])
  expect(browser.seen()).toEqual({ form: null, said: 'done' })
  expect(browser.address(), 'nobody finds it in the history').toBe(linkPages[page].path)
})

test.each<[string, number | null, unknown, string, string]>([
  ['is over', 400, { code: 'auth/token-invalid' }, 'again', 'over'],
  ['is no token', 422, { errors: [{ pointer: '/token', code: 'invalid' }] }, 'again', 'over'],
  [
    'comes with a password that is common',
    422,
    { errors: [{ pointer: '/password', code: 'guessable' }] },
    'act',
    'guessable',
  ],
  ['comes with a short password', 422, { errors: [{ pointer: '/password', code: 'invalid' }] }, 'act', 'refused'],
  ['comes with a body that did not arrive whole', 400, { code: 'request/malformed' }, 'act', 'later'],
  ['meets a 400 of somebody between', 400, 'not even JSON', 'act', 'later'],
  ['comes too often', 429, {}, 'act', 'later'],
  ['meets a failure', 503, 'not even JSON', 'act', 'later'],
  ['does not arrive', null, {}, 'act', 'later'],
])('A6: where a token %s, the page says so and goes on', async (_, status, body, form, said) => {
  const browser = await openBrowser('reset')
  await browser.press(status, body)
  expect(browser.seen()).toEqual({ form, said })
  expect(browser.address()).toContain(token)
})

test.each(pages)('A6: without a token the %s page asks for the address, and has a link mailed', async (page) => {
  const browser = await openBrowser(page, '')
  expect(browser.seen()).toEqual({ form: 'again', said: 'again' })
  await browser.press(422, { errors: [{ pointer: '/email', code: 'invalid' }] })
  expect(browser.seen()).toEqual({ form: 'again', said: 'address' })
  await browser.press(202, { status: 'accepted' })
  expect(browser.sent.at(-1)).toEqual({
    url: `${shop}/api/v1/auth/${linkPages[page].again}`,
    body: { email: 'typed' },
  })
  expect(browser.seen()).toEqual({ form: null, said: 'sent' })
})

test('A6: a link that is followed where its page is open already is read anew', async () => {
  const browser = await openBrowser('reset')
  await browser.press(400, { code: 'auth/token-invalid' })
  expect(browser.reloads()).toBe(0)
  browser.follow()
  expect(browser.reloads()).toBe(1)
})

const initSchema = z.object({ method: z.literal('POST'), body: z.string() })
type Listener = (event: { preventDefault(): void }) => Promise<void>

/** As much of a browser as the script needs, made from the page as it is served. */
async function openBrowser(page: LinkPage, hash = linkOf(page).hash) {
  const text = await (await open(page)).text()
  const listeners = new Map<string, Listener>()
  const forms = [...text.matchAll(/<form id="(\w+)"[^>]*data-path="([^"]+)" hidden>([\s\S]*?)<\/form>/g)].map(
    ([, id = '', path = '', inside = '']) => ({
      id,
      hidden: true,
      dataset: { path },
      names: [...inside.matchAll(/<input name="(\w+)"/g)].map(([, name = '']) => name),
      button: { disabled: false },
      querySelector: (tag: string): { disabled: boolean } | null | undefined =>
        tag === 'button' ? forms.find((form) => form.id === id)?.button : null,
      addEventListener: (_: 'submit', listener: Listener) => listeners.set(id, listener),
    }),
  )
  const texts = [...text.matchAll(/<p data-said="(\w+)" hidden>[^<]+<\/p>/g)].map(([, said = '']) => ({
    hidden: true,
    dataset: { said },
  }))
  const sent: { url: string; body: unknown }[] = []
  let next: { status: number | null; body: unknown } = { status: null, body: null }
  let address = `${linkPages[page].path}${hash}`
  let reloads = 0
  const onWindow = new Map<string, () => void>()
  const context = createContext({
    URLSearchParams,
    location: {
      hash,
      pathname: linkPages[page].path,
      reload: () => {
        reloads += 1
      },
    },
    addEventListener: (name: string, listener: () => void) => onWindow.set(name, listener),
    history: {
      replaceState: (_: null, __: string, path: string) => {
        address = path
      },
    },
    document: {
      querySelector: (selector: string) => forms.find(({ id }) => selector === `#${id}`) ?? null,
      querySelectorAll: (selector: string) => (selector === '[data-said]' ? texts : []),
    },
    FormData: class {
      readonly form: { readonly names: readonly string[] }
      constructor(form: { readonly names: readonly string[] }) {
        this.form = form
      }
      *[Symbol.iterator]() {
        for (const name of this.form.names) yield [name, 'typed']
      }
    },
    async fetch(path: string, init: unknown) {
      const { body } = initSchema.parse(init)
      sent.push({ url: `${new URL(path, linkOf(page))}`, body: JSON.parse(body) })
      if (next.status === null) throw new TypeError('fetch failed')
      const answer = typeof next.body === 'string' ? next.body : JSON.stringify(next.body)
      return new Response(next.status === 204 ? null : answer, { status: next.status })
    },
  })
  runInContext(linkPageScript, context)
  const shown = () => forms.filter(({ hidden }) => !hidden)
  return {
    sent,
    address: () => address,
    reloads: () => reloads,
    /** Another link to the same page, in the tab that shows it. */
    follow: () => onWindow.get('hashchange')?.(),
    /** What a person sees. */
    seen() {
      const said = texts.filter(({ hidden }) => !hidden).map((each) => each.dataset.said)
      expect([shown().length, said.length].every((count) => count <= 1)).toBe(true)
      return { form: shown()[0]?.id ?? null, said: said[0] ?? null }
    },
    async press(status: number | null, body: unknown = null) {
      next = { status, body }
      const [form] = shown()
      await listeners.get(form?.id ?? '')?.({ preventDefault: () => undefined })
      expect(form?.button.disabled).toBe(false)
    },
  }
}
