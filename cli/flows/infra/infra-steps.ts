import { stackName } from '../../../stacks/stack-reference.ts'
import type { Reporter } from '../../output/events.ts'
import { createSteps, plannedSteps, type Steps, stepTitles, type Verb } from '../steps.ts'
import type { InfraMeans } from './infra-means.ts'

type InfraVerb = Extract<Verb, `infra ${string}`>

/** `shop-prod (staging stands on it)`: the stack that is meant, and why its name is not the environment's. */
export const stackInWords = ({
  stack,
  environment,
  installation,
}: Pick<InfraMeans, 'stack' | 'environment' | 'installation'>): string => {
  const name = stackName(stack)
  return environment.name === installation.name ? name : `${name} (${environment.name} stands on ${installation.name})`
}

/** Announces a verb and the steps that it means to take. */
export const beginInfra = (verb: InfraVerb, means: InfraMeans): Steps => {
  const { reporter, now, interrupted } = means
  const steps = plannedSteps[verb].map((id) => ({ id, title: stepTitles[id] }))
  reporter.emit({ type: 'flow.started', flow: verb, environment: stackInWords(means), steps })
  return createSteps({ reporter, now, signal: interrupted })
}

/** What another stack's steps say, told as the progress of one step of this one. */
export const toldWithin = (step: keyof typeof stepTitles, reporter: Reporter): Reporter => ({
  emit(event) {
    if (event.type === 'step.started') {
      reporter.emit({ type: 'step.progress', step, message: event.title ?? event.step })
    } else if (event.type === 'step.progress') {
      reporter.emit({ ...event, step })
    } else if (event.type === 'notice' || event.type === 'warning') reporter.emit(event)
  },
})
