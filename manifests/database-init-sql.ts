import { type ServiceName, serviceNames, services } from '../services/registry.ts'

export type DatabasePasswords = { readonly owner: string; readonly app: string }

/** The two roles of a service's database: the owner migrates, the other one cannot change the schema. */
export const databaseRoles = (service: ServiceName) => {
  const { database } = services[service]
  return { database, owner: `${database}_owner`, app: `${database}_app` } as const
}

const literal = (text: string): string => {
  if (/[\\\0\n]/.test(text)) throw new Error('a password has a character that an SQL script cannot carry plainly')
  return `'${text.replaceAll("'", "''")}'`
}

/** The same roles and grants as on the local platform. Every name is one of the registry's, and no keyword. */
const databaseSql = (service: ServiceName, passwords: DatabasePasswords): string => {
  const { database, owner, app } = databaseRoles(service)
  return `create role ${owner} login password ${literal(passwords.owner)};
create role ${app} login password ${literal(passwords.app)};
create database ${database} owner ${owner};
\\connect ${database}
set role ${owner};
revoke all on database ${database} from public;
grant connect on database ${database} to ${app};
grant usage on schema public to ${app};
alter default privileges grant usage on schemas to ${app};
alter default privileges grant select, insert, update, delete on tables to ${app};
alter default privileges grant usage, select on sequences to ${app};
reset role;
`
}

/** What psql runs once, when the server's data directory is made. Holds passwords: only ever a part of a Secret. */
export const databaseInitSql = (passwords: Readonly<Record<ServiceName, DatabasePasswords>>): string =>
  serviceNames.map((service) => databaseSql(service, passwords[service])).join('\n')
