/** The row that a team fills in with itself: whom alerts reach, and where their runbooks can be read. */
export const team = {
  /** The folder of the runbooks where people read the repository; a link is this and the alert's name. */
  runbooksUrl: 'https://git.shop.example/shop/shopctl/src/branch/main/observability/runbooks',
  slackChannel: '#shop-alerts',
  onCallMail: 'on-call@shop.example',
  businessMail: 'shop-desk@shop.example',
  mail: { smarthost: 'smtp.shop.example:587', from: 'alerts@shop.example', username: 'alerts@shop.example' },
} as const
