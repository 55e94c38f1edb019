import type { ListedSecret, SecretSetting } from '../../flows/secrets.ts'
import { renderTable } from '../table.ts'

export const ownerInWords = (service: SecretSetting['service']): string => (service === '*' ? 'all services' : service)

/** Names and sources, never values. */
export const secretsView = (
  secrets: readonly ListedSecret[],
  { environment, width }: { readonly environment: string; readonly width: number | null },
): string =>
  secrets.length === 0
    ? `Nothing is set for ${environment} by people or by AWS.`
    : renderTable({
        columns: [
          { title: 'SERVICE', value: ({ service }) => ownerInWords(service) },
          { title: 'NAME', value: ({ name }) => name },
          { title: 'FROM', value: ({ source }) => source },
        ],
        rows: secrets,
        width,
      })
