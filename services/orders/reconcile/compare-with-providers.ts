import type { PaymentRow } from '../pay/payment-store.ts'
import type { PaymentProviders } from '../payments/open-providers.ts'
import { type PaymentProvider, type ProviderName, ProviderUnavailable } from '../payments/provider.ts'
import type { RefundRow } from '../refunds/refund-store.ts'
import { askInParallel } from './ask-in-parallel.ts'
import type { Drift } from './drift.ts'
import { judgeCharge, judgeRefund } from './judge-provider.ts'
import type { OrderBook } from './order-books.ts'

export type Unknown<Source> = { readonly orderId: string; readonly source: Source }

export type Compared<Source> = { readonly drift: readonly Drift[]; readonly unknown: readonly Unknown<Source>[] }

const callsAtOnce = 8

/** Payments and refunds that are decided here, with what their providers have. Who does not answer is not asked again. */
export async function compareWithProviders(
  providers: Pick<PaymentProviders, 'get'>,
  books: readonly OrderBook[],
  signal: AbortSignal,
): Promise<Compared<ProviderName>> {
  const drift: Drift[] = []
  const unknown: Unknown<ProviderName>[] = []
  const silent = new Set<ProviderName>()

  async function ask({ orderId, source, compare }: Question): Promise<void> {
    const provider = silent.has(source) || signal.aborted ? undefined : providers.get(source)
    if (provider === undefined) return void unknown.push({ orderId, source })
    const found = await compare(provider, signal).catch((error: unknown) => {
      if (error instanceof ProviderUnavailable) return undefined
      throw error
    })
    if (found !== undefined) return void drift.push(...found)
    silent.add(source)
    unknown.push({ orderId, source })
  }

  await askInParallel(books.flatMap(questionsAbout), { atOnce: callsAtOnce, ask })
  return { drift, unknown }
}

type Question = {
  readonly orderId: string
  readonly source: ProviderName
  compare(provider: PaymentProvider, signal: AbortSignal): Promise<Drift[]>
}

function questionsAbout({ payments, refunds }: OrderBook): Question[] {
  return payments.flatMap((payment) => {
    const { provider: source, providerRef, orderId } = payment
    // What is at work has no end to be compared, and what was never named never began.
    if (source === 'none' || providerRef === null || isOpen(payment)) return []
    const ofIt = refunds.filter(({ paymentId }) => paymentId === payment.id)
    return [chargeQuestion({ payment, refunds: ofIt, providerRef, orderId, source })].concat(
      ofIt
        .filter(({ status }) => status !== 'pending')
        .map((refund) => refundQuestion({ refund, providerRef, orderId, source })),
    )
  })
}

const isOpen = ({ status }: PaymentRow): boolean => status === 'created' || status === 'requires_action'

type About = { readonly orderId: string; readonly source: ProviderName; readonly providerRef: string }

function chargeQuestion(
  about: About & { readonly payment: PaymentRow; readonly refunds: readonly RefundRow[] },
): Question {
  const { payment, refunds, providerRef, orderId, source } = about
  const { providerKey: key, amountCents, currency } = payment
  return {
    orderId,
    source,
    async compare(provider, signal) {
      const told = await provider.look({ key, orderId, amountCents, currency, providerRef }, signal)
      return judgeCharge({ payment, refunds, told })
    },
  }
}

function refundQuestion({ refund, providerRef, orderId, source }: About & { readonly refund: RefundRow }): Question {
  const { providerKey: key, amountCents, currency, providerRefundRef } = refund
  const known = { key, orderId, providerRef, amountCents, currency }
  return {
    orderId,
    source,
    async compare(provider, signal) {
      const named = providerRefundRef === null ? known : { ...known, providerRefundRef }
      return judgeRefund(refund, await provider.fetchRefund(named, signal))
    },
  }
}
