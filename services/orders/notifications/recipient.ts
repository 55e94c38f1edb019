import type { ClaimedNotification } from '../../kit/notifications/notification-queue.ts'
import type { Composed } from '../../kit/notifications/notification-sender.ts'
import { PeerUnavailable } from '../../kit/peer.ts'
import type { Contact, FetchContact } from './contact-client.ts'

export type Recipient = Extract<Contact, { state: 'active' }>

/** Who is told, as the users service says now; or what becomes of the notification without that. */
export async function findRecipient(
  fetchContact: FetchContact,
  { recipientId: userId, requestId }: ClaimedNotification,
  signal: AbortSignal,
): Promise<Recipient | Extract<Composed<never>, { outcome: unknown }>> {
  const contact = await fetchContact({ userId, requestId, signal }).catch((error: unknown) => {
    if (error instanceof PeerUnavailable) return null
    throw error
  })
  if (contact === null) {
    return { outcome: { kind: signal.aborted ? 'interrupted' : 'postponed', reason: 'users does not answer' } }
  }
  if (contact.state === 'active') return contact
  return { outcome: { kind: 'refused', reason: contact.state === 'closed' ? 'recipient_gone' : 'recipient_unknown' } }
}
