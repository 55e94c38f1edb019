import type { OrderTexts } from './order-text.ts'

/** Its letters are not in GSM-7, so a segment of an SMS has 67 of them. */
export const turkish: OrderTexts = {
  greeting: (name) => (name === null ? 'Merhaba,' : `Merhaba ${name},`),
  signature: 'Mağaza',
  summary: ({ orderId, lineCount, total }) => `Sipariş ${orderId}, farklı ürün sayısı: ${lineCount}, toplam: ${total}`,
  mails: {
    order_placed: {
      subject: 'Siparişinizi aldık',
      body: () => ['Siparişiniz için teşekkür ederiz. Ödemeniz ulaşır ulaşmaz hazırlamaya başlayacağız.'],
    },
    order_paid: {
      subject: 'Ödemeniz ulaştı',
      body: ({ total }) => [`${total} tutarındaki ödemenizi aldık. Siparişinizi hazırlıyoruz.`],
    },
    order_shipped: {
      subject: 'Siparişiniz yola çıktı',
      body: ({ parcels }) => [
        'Sipariş ettiğiniz her şey yola çıktı.',
        ...parcels.map(({ carrier, trackingNumber }) => `Takip numarası (${carrier}): ${trackingNumber}`),
      ],
    },
    order_delivered: {
      subject: 'Siparişiniz teslim edildi',
      body: () => ['Siparişiniz teslim edildi. Eksik veya hasarlı bir şey varsa bize bildirin.'],
    },
    order_cancelled: {
      subject: 'Siparişiniz iptal edildi',
      body: ({ reason }) => [
        ...(reason === 'out_of_stock' ? ['Üzgünüz: siparişinizdeki bir ürün stokta kalmadı.'] : []),
        'Siparişiniz iptal edildi. Ödeme yaptıysanız, tutar geldiği yoldan iade edilir.',
      ],
    },
    order_expired: {
      subject: 'Siparişinizin süresi doldu',
      body: () => [
        'Siparişinizin ödemesi zamanında yapılmadı; bu nedenle ürünleri artık sizin için ayırmıyoruz. İstediğiniz zaman yeniden sipariş verebilirsiniz.',
      ],
    },
    order_refunded: {
      subject: 'Size para iadesi yapıyoruz',
      body: ({ amount }) => [`${amount} tutarını geldiği yoldan iade ettik. Hesabınıza geçmesi birkaç gün sürebilir.`],
    },
  },
  sms: {
    order_shipped: ({ orderNumber, parcel }) =>
      parcel === null
        ? `${orderNumber} numaralı siparişiniz yola çıktı.`
        : `${orderNumber} numaralı siparişiniz yola çıktı, ${parcel.carrier} ${parcel.trackingNumber}`,
    order_delivered: ({ orderNumber }) => `${orderNumber} numaralı siparişiniz teslim edildi.`,
  },
}
