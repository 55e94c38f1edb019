import { expect, test } from 'vitest'
import { z } from 'zod'
import { readSettings, renderFaults } from '../../kit/settings.ts'
import { notificationRules, notificationSettings } from './notification-settings.ts'

const { oneMailWay, smsProviderNamed, smsGatewayKnown } = notificationRules
const schema = z
  .object({ SHOP_ENV: z.enum(['test', 'prod']), ...notificationSettings })
  .refine(oneMailWay.holds, oneMailWay.fault)
  .refine(smsProviderNamed.holds, smsProviderNamed.fault)
  .refine(smsGatewayKnown.holds, smsGatewayKnown.fault)

const faultsOf = (environment: Record<string, string>) => {
  const reading = readSettings(schema, { environment: { SHOP_ENV: 'test', ...environment }, readFile: () => '' })
  return reading.ok ? [] : [renderFaults(reading.faults)]
}
const gateway = { SMS_PROVIDER: 'http', SMS_HTTP_URL: 'https://sms.example', SMS_HTTP_TOKEN: 'kE4mUo7Qx2Zr9Vb1' }

test.each([
  ['nothing at all', {}],
  ['a log', { SMS_PROVIDER: 'log' }],
  ['a gateway', gateway],
  ['a gateway in production', { SHOP_ENV: 'prod', ...gateway }],
  ['none in production, where it is said', { SHOP_ENV: 'prod', SMS_PROVIDER: 'none' }],
  ['a mail server and somebody to hear of low stock', { SMTP_URL: 'smtp://a', STAFF_MAIL_ADDRESS: 'staff@x.io' }],
])('E30: %s is good', (_, environment) => {
  expect(faultsOf(environment)).toEqual([])
})

test.each([
  ['nothing said in production', { SHOP_ENV: 'prod' }, 'SMS_PROVIDER is required'],
  ['a log in production', { SHOP_ENV: 'prod', SMS_PROVIDER: 'log' }, 'SMS_PROVIDER must be http or none'],
  ['a gateway without its token', { ...gateway, SMS_HTTP_TOKEN: '' }, 'must have SMS_HTTP_URL and SMS_HTTP_TOKEN'],
  ['a gateway without its address', { ...gateway, SMS_HTTP_URL: '' }, 'must have SMS_HTTP_URL and SMS_HTTP_TOKEN'],
  ['another provider', { SMS_PROVIDER: 'pigeon' }, 'SMS_PROVIDER'],
  ['two ways for mails', { SMTP_URL: 'smtp://a', MAIL_DIRECTORY: '/b' }, 'MAIL_DIRECTORY'],
  ['two addresses for the staff', { STAFF_MAIL_ADDRESS: 'a@x.io\r\nBcc: b@x.io' }, 'STAFF_MAIL_ADDRESS'],
])('E30: %s is a fault', (_, environment, fault) => {
  expect(faultsOf(environment).join()).toContain(fault)
})
