import { expect, test } from 'vitest'
import { orderTemplates } from './notification-templates.ts'
import { type OrderMail, renderOrderMail, renderStockMail } from './render-order-mail.ts'

const languages = ['en', 'de', 'tr'] as const
const all = orderTemplates.flatMap((template) => languages.map((language) => ({ template, language })))
const parcels = [
  { carrier: 'dhl', trackingNumber: '00340434161094042557' },
  { carrier: 'ups', trackingNumber: '1Z999AA10123456784' },
]
const mail: Omit<OrderMail, 'template' | 'language'> = {
  name: 'Ada Lovelace',
  orderId: '0192f0c4-5a00-7000-8000-00000a1b2c3d',
  order: { currency: 'EUR', totalCents: 123_450, lineCount: 3, parcels },
  refund: { cents: 1_999, currency: 'EUR' },
  reason: 'out_of_stock',
}

test.each(all)('E28: $template in $language reads like its golden file', async ({ template, language }) => {
  const { subject, text, html } = renderOrderMail({ ...mail, template, language })
  const whole = `Subject: ${subject}\n\n${text}\n--- HTML ---\n${html}`
  await expect(whole).toMatchFileSnapshot(`golden/${template}.${language}.txt`)
})

test.each(all)('E28: no name can do harm in $template in $language', ({ template, language }) => {
  const name = `"><script>alert(1)</script>\r\nBcc: all@x.io\u2028&amp;'`
  const harmless = renderOrderMail({ ...mail, template, language, name: 'Ada' })
  const { subject, text, html } = renderOrderMail({ ...mail, template, language, name })
  expect(subject, 'the same for everyone').toBe(harmless.subject)
  expect(subject).toMatch(/^[^\r\n]+$/)
  expect(text, 'a text part always').toContain('"><script>alert(1)</script> Bcc: all@x.io')
  expect(text.split('\n')).toHaveLength(harmless.text.split('\n').length)
  expect(html).toContain('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt; Bcc: all@x.io &amp;amp;&#39;')
  expect(html.replaceAll(/<(?:!doctype html|\/?(?:html|head|meta|title|body|p)\b[^<>]*)>/g, '')).not.toMatch(/[<>]/)
})

test('E28: what a carrier is called is text as well', () => {
  const order = { ...mail.order, parcels: [{ carrier: '<b>dhl</b>', trackingNumber: '"1\r\n2"' }] }
  const { text, html } = renderOrderMail({ ...mail, template: 'order_shipped', language: 'en', order })
  expect(text).toContain('Tracking number of <b>dhl</b>: "1 2"\n')
  expect(html).toContain('&lt;b&gt;dhl&lt;/b&gt;: &quot;1 2&quot;')
})

test('E28: the name of an account that nobody has verified is not there to be shown', () => {
  for (const { template, language } of all) {
    const { text, html } = renderOrderMail({ ...mail, template, language, name: null })
    expect(text).toMatch(/^(Hello|Guten Tag|Merhaba),\n/)
    expect(`${text}${html}`).not.toMatch(/null|undefined/)
  }
})

test('E28: the mail of low stock reads like its golden file', async () => {
  const { subject, text, html } = renderStockMail({ productId: '0192f0c4-5a00-7000-8000-000000000001', available: 9 })
  const whole = `Subject: ${subject}\n\n${text}\n--- HTML ---\n${html}`
  await expect(whole).toMatchFileSnapshot('golden/stock_low.en.txt')
})

test('a language that nobody here speaks is English', () => {
  const { subject } = renderOrderMail({ ...mail, template: 'order_placed', language: 'toString' })
  expect(subject).toBe('We have your order')
})
