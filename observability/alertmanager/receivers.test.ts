import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { localDiscovery } from '../render-target.ts'
import { renderAlertmanager } from './render-alertmanager.ts'
import { inhibitions } from './routes.ts'

const textOf = (target: Parameters<typeof renderAlertmanager>[0]): string => renderAlertmanager(target)[0]?.text ?? ''
const cluster = textOf({ environment: 'prod', discovery: { kind: 'kubernetes', namespace: 'shop' } })
const ways = (text: string) =>
  Object.fromEntries(
    parse(text).receivers.map(({ name, ...channels }: { name: string }) => [name, Object.keys(channels).toSorted()]),
  )

test('B-15: critical pages and chats, warning chats and mails, business mails', () => {
  expect(ways(cluster)).toEqual({
    'pagerduty-and-slack': ['pagerduty_configs', 'slack_configs'],
    'slack-and-mail': ['email_configs', 'slack_configs'],
    mail: ['email_configs'],
  })
})

test('secrets are read from files, and no other way to give one is used', () => {
  expect(cluster).not.toMatch(/^\s*-?\s*(slack_api_url|api_url|routing_key|service_key|smtp_auth_password|password):/m)
  expect(cluster.match(/\w+_file: .+/g)?.toSorted()).toEqual([
    'routing_key_file: /etc/alertmanager/secrets/pagerduty-key',
    'slack_api_url_file: /etc/alertmanager/secrets/slack-url',
    'smtp_auth_password_file: /etc/alertmanager/secrets/mail-password',
  ])
})

test('a channel whose secret nobody gave is left out, and its file is not asked for', () => {
  const text = textOf({
    environment: 'prod',
    discovery: { kind: 'kubernetes', namespace: 'shop' },
    alertChannels: ['slack'],
  })
  expect(ways(text)).toEqual({
    'pagerduty-and-slack': ['slack_configs'],
    'slack-and-mail': ['slack_configs'],
    mail: [],
  })
  expect(text).not.toMatch(/mail-password|pagerduty-key/)
})

test('on this machine the same receivers post to the one address that was given', () => {
  const local = textOf({
    environment: 'local',
    discovery: { ...localDiscovery('t'), webhookUrl: 'http://127.0.0.1:1/x' },
  })
  expect(ways(local)).toEqual({
    'pagerduty-and-slack': ['webhook_configs'],
    'slack-and-mail': ['webhook_configs'],
    mail: ['webhook_configs'],
  })
  expect(local.match(/url: .+/g)).toEqual(Array(3).fill('url: http://127.0.0.1:1/x'))
})

test('an alert of no service silences no other: only alerts of the same, named service do', () => {
  for (const { target_matchers, equal } of inhibitions) {
    expect(target_matchers).toContain('service=~".+"')
    expect(equal).toEqual(['namespace', 'service'])
  }
})
