import { services } from '../../../services/registry.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import { serviceChanges } from '../situation.ts'

type Changed = Pick<ReleaseRecord, 'services'>

/**
 * Services that a release has changed and that tell metrics: the front door has none. By the records, not by the
 * instances: a new instance of an unchanged service was only moved, and a changed one may tell nothing at all.
 */
export const changedServices = (release: Changed, previous: Changed | null): readonly string[] =>
  serviceChanges(previous?.services ?? {}, release.services)
    .map(({ service }) => service)
    .filter((service) => Object.hasOwn(release.services, service) && Object.hasOwn(services, service))
    .toSorted()
