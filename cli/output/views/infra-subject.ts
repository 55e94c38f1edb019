type Place = { readonly environment: string; readonly installation: string; readonly stack: string }

/** `shop-dev`, or `staging, which stands on shop-prod`: whoever reads it sees what is really changed. */
export const infraSubject = ({ environment, installation, stack }: Place): string =>
  environment === installation || stack !== `shop-${installation}` ? stack : `${environment}, which stands on ${stack}`
