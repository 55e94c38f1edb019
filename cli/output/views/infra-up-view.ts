import type { UpResult } from '../../flows/infra/up.ts'
import { renderTable } from '../table.ts'
import { infraSubject } from './infra-subject.ts'

const inWords = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

const countsInWords = ({ counts }: UpResult): string =>
  [
    [counts.create, 'created'],
    [counts.update, 'changed'],
    [counts.replace, 'replaced'],
    [counts.delete, 'destroyed'],
    [counts.forget, 'forgotten'],
  ]
    .flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`]))
    .join(', ')

const headline = (result: UpResult): string => {
  const subject = infraSubject(result)
  return result.outcome === 'unchanged' ? `${subject}: nothing to change.` : `${subject}: ${countsInWords(result)}.`
}

const secretsInWords = ({ secrets }: UpResult): readonly string[] => {
  if (secrets === null) return []
  const { generated, byHand, unproven } = secrets
  return [
    ...(generated.length > 0 ? [`Secrets that were made: ${generated.join(', ')}.`] : []),
    ...unproven.map((name) => `The first rotation of ${name} has not been seen to end: its logins may not work yet.`),
    ...byHand.flatMap(({ name, fix }) => [`${name} has no value yet; a third party gives it:`, `  ${fix}`]),
  ]
}

/** For people with kubectl; shopctl itself signs in by its own means. */
const kubectlLine = ({ outputs }: UpResult): readonly string[] => {
  const { cluster_name: cluster, region } = outputs
  if (typeof cluster !== 'string' || typeof region !== 'string') return []
  return ['For kubectl:', `  aws eks update-kubeconfig --name ${cluster} --region ${region}`]
}

/** What was done, what later steps use, and what a person still has to do. */
export const infraUpView = (result: UpResult, width: number | null): string => {
  const rows = Object.entries(result.outputs).map(([name, value]) => ({ name, value: inWords(value) }))
  const table = renderTable({
    columns: [
      { title: 'OUTPUT', value: ({ name }) => name },
      { title: 'VALUE', value: ({ value }) => value },
    ],
    rows,
    width,
  })
  const further = [...secretsInWords(result), ...kubectlLine(result)]
  return [
    headline(result),
    ...(rows.length > 0 ? ['', table] : []),
    ...(further.length > 0 ? ['', ...further] : []),
  ].join('\n')
}
