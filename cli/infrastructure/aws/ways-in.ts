/** The three ways to AWS credentials: a profile, a login, the environment. */
export const waysIn: readonly string[] = [
  'export AWS_PROFILE=my-profile',
  'aws sso login --profile my-profile',
  'export AWS_ACCESS_KEY_ID=my-key-id AWS_SECRET_ACCESS_KEY=my-secret-key',
]
