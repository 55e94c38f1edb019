type HeartbeatUrl = string | null
const heartbeatUrl: HeartbeatUrl = null

/** The row that a team fills in with itself: whom alerts reach, and where their runbooks can be read. */
export const team = {
  /** The folder of the runbooks where people read the repository; a link is this and the alert's name. */
  runbooksUrl: 'https://git.shop.example/shop/shopctl/src/branch/main/observability/runbooks',
  slackChannel: '#shop-alerts',
  onCallMail: 'on-call@shop.example',
  businessMail: 'shop-desk@shop.example',
  /** Of a service that raises an alarm when it is not asked for minutes (a dead man's switch); null where there is none. */
  heartbeatUrl,
  mail: { smarthost: 'smtp.shop.example:587', from: 'alerts@shop.example', username: 'alerts@shop.example' },
} as const
