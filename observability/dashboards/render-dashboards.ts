import type { RenderTarget } from '../render-target.ts'
import type { RenderedFile } from '../rendered-file.ts'
import { boardsFor } from './boards/boards.ts'
import { buildDashboard } from './grafana/build-dashboard.ts'
import { provisioningFiles } from './grafana/provisioning.ts'

/** Loads Grafana's SDK, which takes a tenth of a second: import it where it is rendered, not before. */
export const renderDashboards = (target: RenderTarget): readonly RenderedFile[] => [
  ...boardsFor(target).map((board) => ({
    path: `grafana/dashboards/${board.uid}.json`,
    text: `${JSON.stringify(buildDashboard(board, target), null, 2)}\n`,
  })),
  ...provisioningFiles(target),
]
