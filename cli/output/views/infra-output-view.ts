import type { OutputResult } from '../../flows/infra/output.ts'
import { renderTable } from '../table.ts'

const inWords = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

type Look = {
  /** One that was asked for by name is shown alone, for a script to take as it is. */
  readonly only: string | null
  readonly width: number | null
}

export const infraOutputView = ({ outputs, stack }: OutputResult, { only, width }: Look): string => {
  if (only !== null) return inWords(outputs[only]?.value)
  const rows = Object.entries(outputs).map(([name, { value }]) => ({ name, value: inWords(value) }))
  if (rows.length === 0) return `${stack} has no outputs: nothing was built yet.`
  return renderTable({
    columns: [
      { title: 'NAME', value: ({ name }) => name },
      { title: 'VALUE', value: ({ value }) => value },
    ],
    rows,
    width,
  })
}
