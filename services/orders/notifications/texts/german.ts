import type { OrderTexts } from './order-text.ts'

export const german: OrderTexts = {
  greeting: (name) => (name === null ? 'Guten Tag,' : `Guten Tag ${name},`),
  signature: 'Der Shop',
  summary: ({ orderId, lineCount, total }) =>
    `Bestellung ${orderId}, verschiedene Artikel: ${lineCount}, Summe: ${total}`,
  mails: {
    order_placed: {
      subject: 'Wir haben Ihre Bestellung',
      body: () => ['Vielen Dank für Ihre Bestellung. Wir beginnen damit, sobald Ihre Zahlung da ist.'],
    },
    order_paid: {
      subject: 'Ihre Zahlung ist da',
      body: ({ total }) => [`Wir haben Ihre Zahlung von ${total} erhalten. Wir machen Ihre Bestellung fertig.`],
    },
    order_shipped: {
      subject: 'Ihre Bestellung ist unterwegs',
      body: ({ parcels }) => [
        'Alles, was Sie bestellt haben, ist unterwegs.',
        ...parcels.map(({ carrier, trackingNumber }) => `Sendungsnummer von ${carrier}: ${trackingNumber}`),
      ],
    },
    order_delivered: {
      subject: 'Ihre Bestellung wurde zugestellt',
      body: () => ['Ihre Bestellung wurde zugestellt. Wenn etwas fehlt oder beschädigt ist, sagen Sie es uns.'],
    },
    order_cancelled: {
      subject: 'Ihre Bestellung wurde storniert',
      body: ({ reason }) => [
        ...(reason === 'out_of_stock'
          ? ['Es tut uns leid: Ein Artikel Ihrer Bestellung ist nicht mehr auf Lager.']
          : []),
        'Ihre Bestellung wurde storniert. Haben Sie schon bezahlt, geht das Geld auf demselben Weg zurück.',
      ],
    },
    order_expired: {
      subject: 'Ihre Bestellung ist verfallen',
      body: () => [
        'Ihre Bestellung wurde nicht rechtzeitig bezahlt, deshalb halten wir die Artikel nicht länger für Sie bereit. Sie können jederzeit neu bestellen.',
      ],
    },
    order_refunded: {
      subject: 'Wir geben Ihnen Geld zurück',
      body: ({ amount }) => [
        `Wir haben ${amount} auf demselben Weg zurückgeschickt. Bis zur Gutschrift kann es einige Tage dauern.`,
      ],
    },
  },
  sms: {
    order_shipped: ({ orderNumber, parcel }) =>
      parcel === null
        ? `Ihre Bestellung ${orderNumber} ist unterwegs.`
        : `Ihre Bestellung ${orderNumber} ist unterwegs, ${parcel.carrier} ${parcel.trackingNumber}`,
    order_delivered: ({ orderNumber }) => `Ihre Bestellung ${orderNumber} wurde zugestellt.`,
  },
}
