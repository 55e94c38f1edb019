import { receiverNames } from './receivers.ts'

const severity = (name: keyof typeof receiverNames): string => `severity="${name}"`

/** What nobody thought of is a warning: it reaches people, and wakes none. */
export const route = {
  receiver: receiverNames.warning,
  group_by: ['alertname', 'namespace', 'service'],
  group_wait: '30s',
  group_interval: '5m',
  repeat_interval: '12h',
  routes: [
    {
      matchers: [severity('critical')],
      receiver: receiverNames.critical,
      group_wait: '10s',
      repeat_interval: '4h',
    },
    { matchers: [severity('warning')], receiver: receiverNames.warning },
    {
      // Forty products that are low are one mail.
      matchers: [severity('business')],
      receiver: receiverNames.business,
      group_by: ['alertname', 'namespace'],
      group_wait: '1m',
      group_interval: '1h',
      repeat_interval: '24h',
    },
  ],
}

const sameService = ['namespace', 'service']

/** `service=~".+"`: labels that both lack count as the same, and an alert of no service must not silence another. */
export const inhibitions = [
  {
    source_matchers: [severity('critical'), 'service=~".+"'],
    target_matchers: [severity('warning'), 'service=~".+"'],
    equal: sameService,
  },
  {
    // Who is left of a service that is down is slow; there is one thing to do.
    source_matchers: ['alertname="PodDown"'],
    target_matchers: ['indicator="latency"', 'service=~".+"'],
    equal: sameService,
  },
]
