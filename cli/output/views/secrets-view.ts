import type { SecretSetting } from '../../flows/secrets.ts'
import type { SecretsDiff } from '../../flows/secrets-diff.ts'
import type { FoundSecret } from '../../flows/secrets-get.ts'
import type { AwsList, AwsSecretFacts, SecretsList } from '../../flows/secrets-list.ts'
import { renderTable } from '../table.ts'
import { ageInWords } from '../words-for-time.ts'

export const ownerInWords = (service: SecretSetting['service']): string => (service === '*' ? 'all services' : service)

type Look = { readonly environment: string; readonly width: number | null; readonly now: Date }

const age = (moment: string | null, now: Date): string => (moment === null ? '-' : ageInWords(moment, now))

/** The labels of every version that has one, as AWS writes them without its own name. */
const stagesInWords = ({ versions }: AwsSecretFacts): string => {
  const stages = Object.values(versions).flatMap((labels) => [
    labels.map((label) => label.replace(/^AWS/, '')).join('+'),
  ])
  return (
    stages
      .filter((text) => text !== '')
      .join(', ')
      .toLowerCase() || '-'
  )
}

const rotationInWords = ({ rotated, rotatedBy }: AwsSecretFacts, now: Date): string => {
  if (rotated !== null) return ageInWords(rotated, now)
  return rotatedBy === null ? 'by hand' : 'never yet'
}

const valueInWords = ({ value, why }: AwsSecretFacts): string =>
  ({ there: 'there', none: 'NONE', unreadable: `unreadable: ${why ?? 'another form'}` })[value]

const awsTable = (secrets: readonly AwsSecretFacts[], { width, now }: Look): string =>
  renderTable({
    columns: [
      { title: 'IN AWS', value: ({ name }) => name },
      { title: 'VALUE', value: valueInWords },
      { title: 'VERSIONS', value: stagesInWords },
      { title: 'CHANGED', value: ({ changed }) => age(changed, now) },
      { title: 'ROTATED', value: (secret) => rotationInWords(secret, now) },
    ],
    rows: secrets,
    width,
  })

const awsInWords = (aws: AwsList, look: Look): string => {
  if (aws.state === 'not-read') return `Secrets Manager was not read, and is not needed: ${aws.why}`
  return aws.secrets.length === 0 ? `Secrets Manager in ${aws.region} has none.` : awsTable(aws.secrets, look)
}

/** Names, sources and facts, never values. */
export const secretsView = ({ secrets, aws }: SecretsList, look: Look): string => {
  const settings =
    secrets.length === 0
      ? `Nothing is set for ${look.environment} by people or by AWS.`
      : renderTable({
          columns: [
            { title: 'SERVICE', value: ({ service }) => ownerInWords(service) },
            { title: 'NAME', value: ({ name }) => name },
            { title: 'FROM', value: ({ source }) => source },
          ],
          rows: secrets,
          width: look.width,
        })
  return aws === null ? settings : `${settings}\n\n${awsInWords(aws, look)}`
}

/** What is known of one secret, without its value. */
export const secretFactsView = ({ facts }: FoundSecret, look: Look): string =>
  facts.kind === 'setting'
    ? `${facts.name} for ${ownerInWords(facts.service)} is set in ${facts.source}.`
    : awsTable([facts], look)

const changeWords = {
  added: 'set since the deploy',
  changed: 'has another value now',
  removed: 'is set no more',
} as const

export const secretsDiffView = ({ release, differences }: SecretsDiff, { environment, width }: Look): string =>
  differences.length === 0
    ? `Release ${release} of ${environment} was given the secrets that are set now.`
    : renderTable({
        columns: [
          { title: 'SERVICE', value: ({ service }) => service },
          { title: 'NAME', value: ({ name }) => name },
          { title: `SINCE RELEASE ${release}`, value: ({ change }) => changeWords[change] },
        ],
        rows: differences,
        width,
      })
