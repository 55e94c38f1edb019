/** What the tables of orders say when a mail goes out. */
export type OrderFacts = {
  readonly currency: string
  readonly totalCents: number
  /** Different products. */
  readonly lineCount: number
  /** What was sent so far, in the order of sending. */
  readonly parcels: readonly Parcel[]
}

export type Parcel = { readonly carrier: string; readonly trackingNumber: string }

/** Undefined where there is no such order. */
export type ReadOrderFacts = (orderId: string) => Promise<OrderFacts | undefined>
