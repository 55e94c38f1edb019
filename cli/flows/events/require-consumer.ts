import { serviceNames } from '../../../services/registry.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { askServices, type EventsMeans } from './ask-services.ts'
import { consumersAnswer } from './event-answers.ts'

/**
 * Of any service: events go from one to another. The release that serves knows its consumers, also those that have had
 * nothing yet. Throws UNKNOWN_CONSUMER (usage): all others would pass over what is sent for a name that nobody has.
 */
export const requireConsumer = async (consumer: string, means: EventsMeans): Promise<void> => {
  const question = { services: serviceNames, words: ['consumers'], flags: {}, answer: consumersAnswer }
  const answers = await askServices(question, means)
  if (answers.some(({ answer }) => answer.consumers.includes(consumer))) return
  throw new ShopctlError({
    code: 'UNKNOWN_CONSUMER',
    outcome: 'usage',
    what: `There is no consumer "${consumer}" in ${means.environment}. Nothing was changed.`,
    why: answers.flatMap(({ service, answer: { consumers } }) =>
      consumers.length === 0 ? [] : [`${service} has ${consumers.join(', ')}`],
    ),
  })
}
