import { expect, test } from 'vitest'
import { mailTemplates } from './mail-request.ts'
import { mailLanguage, renderAccountMail } from './render-mail.ts'

const facts = { name: 'Ada Lovelace', shop: 'https://shop.example', token: 'T0ken_of-the-golden-files' }
const all = mailTemplates.flatMap((template) => (['en', 'de'] as const).map((language) => ({ template, language })))

test.each(all)('E28: $template in $language reads like its golden file', async ({ template, language }) => {
  const { subject, text, html } = renderAccountMail(template, language, facts)
  const whole = `Subject: ${subject}\n\n${text}\n--- HTML ---\n${html}`
  await expect(whole).toMatchFileSnapshot(`golden/${template}.${language}.txt`)
})

test.each(all)('E28: no name can do harm in $template in $language', ({ template, language }) => {
  const name = `"><script>alert(1)</script>\r\nBcc: all@x.io\u2028&amp;'`
  const harmless = renderAccountMail(template, language, { ...facts, name: 'Ada' })
  const { subject, text, html } = renderAccountMail(template, language, { ...facts, name })
  expect(subject, 'the same for everyone').toBe(harmless.subject)
  expect(subject).toMatch(/^[^\r\n]+$/)
  expect(text, 'a text part always').toContain('"><script>alert(1)</script> Bcc: all@x.io')
  expect(text.split('\n')).toHaveLength(harmless.text.split('\n').length)
  expect(html).toContain('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt; Bcc: all@x.io &amp;amp;&#39;')
  expect(html.replaceAll(/<(?:!doctype html|\/?(?:html|head|meta|title|body|p|code|a)\b[^<>]*)>/g, '')).not.toMatch(
    /[<>]/,
  )
})

test('E28: the name of an account that nobody has verified is not there to be shown', () => {
  for (const { template, language } of all) {
    const { text, html } = renderAccountMail(template, language, { ...facts, name: null })
    expect([text.split('\n')[0], html]).toEqual([expect.stringMatching(/^(Hello|Guten Tag),$/), expect.any(String)])
    expect(`${text}${html}`).not.toContain('null')
  }
})

test('the language is that of the locale, English where we do not speak it', () => {
  expect(['de', 'de-AT', 'DE-ch', 'den', 'en', 'fr-FR', ''].map(mailLanguage)).toEqual([
    ...['de', 'de', 'de'],
    ...['en', 'en', 'en', 'en'],
  ])
})
