import { besidePlaces, type RenderTarget } from '../render-target.ts'
import { oneOf } from '../rules/selectors.ts'
import { heartbeatReceiver, receiverNames } from './receivers.ts'

const severity = (name: keyof typeof receiverNames): string => `severity="${name}"`

/** Staging on prod's cluster: whoever works on it reads of it, whatever its level, and nobody is woken. */
const besideRoutes = (target: RenderTarget) => {
  const namespaces = besidePlaces(target).map(({ namespace }) => namespace)
  if (namespaces.length === 0) return []
  return [
    {
      matchers: [`namespace=~"${oneOf(namespaces)}"`],
      receiver: receiverNames.warning,
      group_by: ['alertname', 'namespace'],
      repeat_interval: '24h',
    },
  ]
}

/** For machines: who waits for the heartbeat hears it every minute, people never do. */
const machineRoutes = [
  {
    matchers: ['alertname="Watchdog"'],
    receiver: heartbeatReceiver,
    group_wait: '0s',
    group_interval: '1m',
    repeat_interval: '1m',
  },
  { matchers: [severity('none')], receiver: receiverNames.none },
]

/** What nobody thought of is a warning: it reaches people, and wakes none. */
export const routeFor = (target: RenderTarget) => ({
  receiver: receiverNames.warning,
  group_by: ['alertname', 'namespace', 'service'],
  group_wait: '30s',
  group_interval: '5m',
  repeat_interval: '12h',
  routes: [
    ...machineRoutes,
    ...besideRoutes(target),
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
})

const sameService = ['namespace', 'service']

/** `service=~".+"`: labels that both lack count as the same, and an alert of no service must not silence another. */
export const inhibitions = [
  {
    // One pod of many that is missing explains nothing about the others.
    source_matchers: [severity('critical'), 'alertname!="PodDown"', 'service=~".+"'],
    target_matchers: [severity('warning'), 'service=~".+"'],
    equal: sameService,
  },
  {
    // Who is left of a service that is down is slow; there is one thing to do.
    source_matchers: ['alertname="MostPodsDown"'],
    target_matchers: ['indicator="latency"', 'service=~".+"'],
    equal: sameService,
  },
]
