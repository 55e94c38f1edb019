import { expect, test } from 'vitest'
import { renderYaml } from './render-yaml.ts'
import { clusterEnvironments, rendered } from './testing/rendered.ts'

// To rewrite them: vitest run --project unit manifests -u
test.each(clusterEnvironments)('%s is rendered as its golden file says', async (name) => {
  await expect(renderYaml(rendered(name))).toMatchFileSnapshot(`golden/${name}.yaml`)
})
