import { parse, stringify } from 'yaml'
import { z } from 'zod'

const configSchema = z.looseObject({ scrape_configs: z.array(z.looseObject({ job_name: z.string() })) })

/** A configuration that only a promtool with Kubernetes' discovery takes; Debian builds it without. */
export const discoveryProbe = stringify({
  scrape_configs: [{ job_name: 'probe', kubernetes_sd_configs: [{ role: 'pod' }] }],
})

/** The same jobs, without how they are found. */
export const withoutDiscovery = (text: string): string => {
  const config = configSchema.parse(parse(text))
  const jobs = config.scrape_configs.map(({ kubernetes_sd_configs: _, ...job }) => job)
  return stringify({ ...config, scrape_configs: jobs })
}
