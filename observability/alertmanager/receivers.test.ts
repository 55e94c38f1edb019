import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { localDiscovery } from '../render-target.ts'
import { teamReceivers } from './receivers.ts'
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
    nobody: [],
    heartbeat: [],
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
    nobody: [],
    heartbeat: [],
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
    nobody: [],
    heartbeat: [],
  })
  expect(local.match(/url: .+/g)).toEqual(Array(3).fill('url: http://127.0.0.1:1/x'))
})

test('the heartbeat is sent where a team has somebody who waits for it', () => {
  const heartbeat = teamReceivers([], 'https://alive.example/shop').find(({ name }) => name === 'heartbeat')
  expect(heartbeat).toEqual({
    name: 'heartbeat',
    webhook_configs: [{ url: 'https://alive.example/shop', send_resolved: false }],
  })
})

test('one pod of many that is missing silences nothing, most of them what is said of latency', () => {
  const sources = inhibitions.map(({ source_matchers }) => source_matchers)
  expect(sources[0]).toContain('alertname!="PodDown"')
  expect(sources.slice(1)).toEqual([['alertname="MostPodsDown"']])
  expect(inhibitions[1]?.target_matchers).toContain('indicator="latency"')
})

test('an alert of no service silences no other: only alerts of the same, named service do', () => {
  for (const { target_matchers, equal } of inhibitions) {
    expect(target_matchers).toContain('service=~".+"')
    expect(equal).toEqual(['namespace', 'service'])
  }
})
