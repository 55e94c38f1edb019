/** Who has no access to the public registry names a copy of his own. */
export const foundationImages = ({
  SHOPCTL_POSTGRES_IMAGE,
  SHOPCTL_REDIS_IMAGE,
}: Readonly<Record<string, string | undefined>>) => ({
  postgres: SHOPCTL_POSTGRES_IMAGE || 'docker.io/library/postgres:15',
  redis: SHOPCTL_REDIS_IMAGE || 'docker.io/library/redis:7',
})
