import { expect, test } from 'vitest'
import { smsSize } from '../../kit/sms/sms-segments.ts'
import { smsText } from '../../kit/sms/sms-transport.ts'
import { smsTemplates } from './notification-templates.ts'
import { renderOrderSms } from './render-order-sms.ts'

const orderId = '0192f0c4-5a00-7000-8000-00000a1b2c3d'
const all = smsTemplates.flatMap((template) =>
  (['en', 'de', 'tr'] as const).map((language) => ({ template, language })),
)
const parcel = (carrier: number, trackingNumber: number) => ({
  carrier: 'c'.repeat(carrier),
  trackingNumber: '1'.repeat(trackingNumber),
})

test.each(all)('E30: the SMS $template in $language has two segments at most, whatever the parcel', (wanted) => {
  for (const length of [1, 10, 58, 59, 60, 100]) {
    const text = renderOrderSms({ ...wanted, orderId, parcels: [parcel(Math.min(length, 50), length)] })
    expect(smsSize(text).segments, text).toBeLessThanOrEqual(2)
  }
})

test.each([
  ['en', 'GSM-7', 'Your order 0A1B2C3D is on its way, dhl 00340434161094042557'],
  ['de', 'GSM-7', 'Ihre Bestellung 0A1B2C3D ist unterwegs, dhl 00340434161094042557'],
  ['tr', 'UCS-2', '0A1B2C3D numaralı siparişiniz yola çıktı, dhl 00340434161094042557'],
])('E30: a shipped order in %s is told in one segment of %s', (language, alphabet, text) => {
  const parcels = [{ carrier: 'dhl', trackingNumber: '00340434161094042557' }]
  expect(renderOrderSms({ template: 'order_shipped', language, orderId, parcels })).toBe(text)
  expect(smsSize(text)).toMatchObject({ alphabet, segments: 1 })
})

test('E30: a tracking number is told whole or not at all', () => {
  const text = (...parcels: ReturnType<typeof parcel>[]) =>
    renderOrderSms({ template: 'order_shipped', language: 'en', orderId, parcels })
  expect(text(parcel(20, 40))).toContain(`${'c'.repeat(20)} ${'1'.repeat(40)}`)
  const without = 'Your order 0A1B2C3D is on its way.'
  expect([text(parcel(20, 41)), text(parcel(3, 3), parcel(3, 4)), text()]).toEqual([without, without, without])
})

test('E30: what renders a text of three segments fails there, before anybody gets half of it', () => {
  expect(smsText('a'.repeat(306))).toHaveLength(306)
  expect(() => smsText('a'.repeat(307))).toThrow('3 segments')
})
