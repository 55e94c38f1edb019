/** Pages of carriers where anybody can follow a parcel by its number. */
const pages = new Map([
  ['dhl', 'https://www.dhl.com/global-en/home/tracking.html?tracking-id='],
  ['dpd', 'https://tracking.dpd.de/status/en_US/parcel/'],
  ['fedex', 'https://www.fedex.com/fedextrack/?trknbr='],
  ['ups', 'https://www.ups.com/track?tracknum='],
  ['usps', 'https://tools.usps.com/go/TrackConfirmAction?tLabels='],
])

/** Null where the shop does not know the carrier's page. */
export function trackingUrl(carrier: string, trackingNumber: string): string | null {
  const page = pages.get(carrier)
  return page === undefined ? null : `${page}${encodeURIComponent(trackingNumber)}`
}
