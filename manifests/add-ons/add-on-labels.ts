import type { Labels } from '../kubernetes-object.ts'
import { serviceLabel, shopLabels } from '../labels.ts'
import type { AddOnGroup } from './add-on-request.ts'

/** On every object that is no part of the shop: by it they are found, and the shop's own prune passes them over. */
export const addOnLabel = 'shopctl.dev/add-on'

export const addOnGroupLabels = (group: AddOnGroup): Labels => ({ ...shopLabels, [addOnLabel]: group })

/** Finds the pods. A selector cannot be changed later. */
export const addOnSelector = (name: string): Labels => ({
  'app.kubernetes.io/name': name,
  'app.kubernetes.io/component': 'add-on',
})

export const addOnLabels = (group: AddOnGroup, name: string): Labels => ({
  ...addOnSelector(name),
  ...addOnGroupLabels(group),
  [serviceLabel]: name,
})
