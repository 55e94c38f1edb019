import type { BuildResult } from '../../flows/build.ts'
import { renderTable } from '../table.ts'
import { shortDigest } from './release-words.ts'

const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`

/** One line for each service: what it is now, and whether anything had to be made. */
export const buildView = ({ artifacts, loaded }: BuildResult, width: number | null): string => {
  const table = renderTable({
    columns: [
      { title: 'SERVICE', value: ({ service }) => service },
      { title: 'DIGEST', value: ({ digest }) => shortDigest(digest) },
      { title: 'SIZE', value: ({ bytes, image }) => megabytes(image?.compressedBytes ?? bytes) },
      { title: 'PLATFORMS', value: ({ image }) => image?.platforms.join(' ') ?? '-' },
      { title: 'STATE', value: ({ cached, image }) => image?.present ?? (cached ? 'unchanged' : 'built') },
    ],
    rows: artifacts,
    width,
  })
  return [table, ...(loaded.length > 0 ? ['', 'In the container engine', ...loaded] : [])].join('\n')
}
