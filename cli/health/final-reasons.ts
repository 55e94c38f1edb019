/**
 * Reasons that no waiting mends: every further try ends alike until a person changes something. Any other reason is
 * waited for (`waitingSeconds`). Platforms use these words, whatever their own are.
 */
export const finalReasons: ReadonlySet<string> = new Set([
  'InvalidImageName',
  'ErrImageNeverPull',
  // The registry was asked and has it not.
  'ImageNotFound',
  // The registry was asked and does not know who asks, or does not let them.
  'RegistryLoginRefused',
  // Settings are there before the instances that need them, so one that is not there will not come.
  'MissingSettings',
  // Somebody else's hand: what is observed is no longer this release.
  'ChangedByOthers',
])
