/** They stand in addresses that people keep, and in links from alerts: no title changes them. Grafana takes 40 characters. */
export const uids = {
  overview: 'shopctl-overview',
  budgets: 'shopctl-error-budgets',
  orders: 'shopctl-orders-and-money',
  events: 'shopctl-saga-and-events',
  capacity: 'shopctl-capacity',
} as const

const ofService = 'shopctl-service-'

export const uidOfService = (longName: string): string => `${ofService}${longName}`
