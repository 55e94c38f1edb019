import type { OrderTexts } from './order-text.ts'

export const english: OrderTexts = {
  greeting: (name) => (name === null ? 'Hello,' : `Hello ${name},`),
  signature: 'The shop',
  summary: ({ orderId, lineCount, total }) => `Order ${orderId}, different products: ${lineCount}, total: ${total}`,
  mails: {
    order_placed: {
      subject: 'We have your order',
      body: () => ['Thank you for your order. We begin with it as soon as your payment is here.'],
    },
    order_paid: {
      subject: 'Your payment has arrived',
      body: ({ total }) => [`We have received your payment of ${total}. We are getting your order ready.`],
    },
    order_shipped: {
      subject: 'Your order is on its way',
      body: ({ parcels }) => [
        'Everything that you ordered is on its way.',
        ...parcels.map(({ carrier, trackingNumber }) => `Tracking number of ${carrier}: ${trackingNumber}`),
      ],
    },
    order_delivered: {
      subject: 'Your order was delivered',
      body: () => ['Your order was delivered. If something is missing or damaged, tell us.'],
    },
    order_cancelled: {
      subject: 'Your order was cancelled',
      body: ({ reason }) => [
        ...(reason === 'out_of_stock' ? ['We are sorry: a product of your order is out of stock.'] : []),
        'Your order was cancelled. If you had paid it already, the money goes back the way it came.',
      ],
    },
    order_expired: {
      subject: 'Your order has expired',
      body: () => [
        'Your order was not paid in time, so its products are no longer kept for you. You may order again at any time.',
      ],
    },
    order_refunded: {
      subject: 'We are giving you money back',
      body: ({ amount }) => [`We have sent ${amount} back the way it came. It can take some days to arrive.`],
    },
  },
  sms: {
    order_shipped: ({ orderNumber, parcel }) =>
      parcel === null
        ? `Your order ${orderNumber} is on its way.`
        : `Your order ${orderNumber} is on its way, ${parcel.carrier} ${parcel.trackingNumber}`,
    order_delivered: ({ orderNumber }) => `Your order ${orderNumber} was delivered.`,
  },
}
