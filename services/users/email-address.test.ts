import { expect, test } from 'vitest'
import { emailAddressSchema } from './email-address.ts'

const local = 'l'.repeat(64)
const domain = (length: number) =>
  `${'d'.repeat(60)}.`
    .repeat(4)
    .slice(0, length - 3)
    .replace(/\.$/, 'd')
    .concat('.io')

test('A15: an address is trimmed and its domain lower-cased; what could split a header is refused', () => {
  const accepted: [string, string][] = [
    ['ada@shop.example', 'ada@shop.example'],
    ['  Ada@Shop.EXAMPLE ', 'Ada@shop.example'],
    ["o'neil+tag@x.io", "o'neil+tag@x.io"],
    ['a.b.c@x.io', 'a.b.c@x.io'],
    ['ada@x.xn--p1ai', 'ada@x.xn--p1ai'],
    [`${local}@${domain(189)}`, `${local}@${domain(189)}`],
  ]
  expect(accepted.map(([given]) => emailAddressSchema.parse(given))).toEqual(accepted.map(([, kept]) => kept))
  const refused = [
    `${local}@${domain(190)}`,
    'ada',
    'ada@',
    '@x.io',
    'ada@x',
    'ada@b@x.io',
    'ada@x.io\r\nBcc: all@x.io',
    '\nada@x.io',
    'ada@x.io\n',
    'ada\0@x.io',
    'ada@x.io,bob@x.io',
    '<ada@x.io>',
    'Ada <ada@x.io>',
    'a da@x.io',
    'ada@-x.io',
    'ada@x..io',
    '.ada@x.io',
    'ada.@x.io',
    'a..da@x.io',
    '.@x.io',
    'ada@x.io.',
    'ada@shop.123',
    'ada@192.0.2.7',
    'ada@x.c-',
    'ada@x.-c',
    `l${local}@x.io`,
    'адa@x.io',
    '',
  ]
  expect(refused.filter((given) => emailAddressSchema.safeParse(given).success)).toEqual([])
  expect(`${local}@${domain(189)}`).toHaveLength(254)
})
