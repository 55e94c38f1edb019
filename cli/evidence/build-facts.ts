import type { BuildFacts } from './evidence.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** What Jenkins sets for a build; of a multibranch job also why it runs. By hand there is none of it. */
export function buildFacts(variables: Variables, who: string): BuildFacts {
  const { JOB_NAME, BUILD_NUMBER, RUN_DISPLAY_URL, BUILD_URL } = variables
  const name = JOB_NAME === undefined ? 'shopctl' : `${decoded(JOB_NAME)} #${BUILD_NUMBER ?? '?'}`
  return { name, url: RUN_DISPLAY_URL ?? BUILD_URL ?? null, trigger: triggerOf(variables), who }
}

const triggerOf = ({ CHANGE_ID, CHANGE_TARGET, TAG_NAME, BRANCH_NAME, JOB_NAME }: Variables): string => {
  if (CHANGE_ID !== undefined) return `pull request ${CHANGE_ID} into ${CHANGE_TARGET ?? 'its branch'}`
  if (TAG_NAME !== undefined) return `tag ${TAG_NAME}`
  if (BRANCH_NAME !== undefined) return `branch ${BRANCH_NAME}`
  return JOB_NAME === undefined ? 'by hand' : 'a job of its own'
}

/** A branch `feature/x` is `feature%2Fx` in the name of its job. */
const decoded = (name: string): string => {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
