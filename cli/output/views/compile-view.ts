import type { CompileResult } from '../../flows/compile.ts'
import { renderTable } from '../table.ts'

/** One line for each bundle. The digest is whole: it is what the service is known by from here on. */
export const compileView = ({ bundles }: CompileResult, width: number | null): string =>
  renderTable({
    columns: [
      { title: 'SERVICE', value: ({ service }) => service },
      { title: 'BYTES', value: ({ bytes }) => String(bytes), align: 'right' },
      { title: 'DIGEST', value: ({ digest }) => digest },
      { title: 'STATE', value: ({ cached }) => (cached ? 'unchanged' : 'built') },
    ],
    rows: bundles,
    width,
  })
