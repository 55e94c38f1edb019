import type { Fault } from './fault.ts'

const authentication = 'kit/authentication.ts'
const tokenTests = ['kit/authentication.test.ts'] as const
const refreshTests = ['users/refresh.integration.test.ts'] as const
const verdict = 'users/refresh-verdict.ts'

export const usersFaults: readonly Fault[] = [
  {
    name: 'token: any algorithm is accepted, also none',
    edits: [
      { file: authentication, search: '    algorithms: [accessToken.algorithm],\n', replacement: '' },
      {
        file: authentication,
        search: 'const { payload } = await jwtVerify(token, keys, {',
        replacement: [
          "const unsigned = decodeProtectedHeader(token).alg === 'none'",
          'if (unsigned) return decodeJwt(token)',
          'const { payload } = await jwtVerify(token, keys, {',
        ].join('\n  '),
      },
      {
        file: authentication,
        search: "import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'",
        replacement:
          "import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'",
      },
    ],
    project: 'unit',
    files: tokenTests,
    ids: ['A4'],
  },
  {
    name: 'token: for whom it is does not matter',
    edits: [{ file: authentication, search: '    audience: [accessToken.audience, audience],\n', replacement: '' }],
    project: 'unit',
    files: tokenTests,
    ids: ['A4', 'A27'],
  },
  {
    name: 'token: of what type it is does not matter',
    edits: [{ file: authentication, search: '    typ: accessToken.type,\n', replacement: '' }],
    project: 'unit',
    files: tokenTests,
    ids: ['A4'],
  },
  {
    name: 'refresh: a token is looked at, then used, in two steps',
    edits: [
      {
        file: 'users/refresh.ts',
        search: 't.used_at is null and t.revoked_at is null and t.expires_at',
        replacement: 't.revoked_at is null and t.expires_at',
      },
    ],
    project: 'integration',
    files: refreshTests,
    ids: ['A2', 'A3', 'A20'],
  },
  {
    name: 'refresh: every second use ends the family',
    edits: [
      { file: verdict, search: "if (!token.inGrace) return 'reuse'", replacement: "if (token.used) return 'reuse'" },
    ],
    project: 'integration',
    files: refreshTests,
    ids: ['A2', 'A17'],
  },
  {
    name: 'refresh: no use ends the family',
    edits: [
      {
        file: verdict,
        search: "if (!token.inGrace) return 'reuse'",
        replacement: "if (!token.inGrace) return 'invalid'",
      },
    ],
    project: 'integration',
    files: refreshTests,
    ids: ['A3'],
  },
  {
    name: 'login: an unknown address costs no hash',
    edits: [
      {
        file: 'users/login.ts',
        search: 'await hashes.run(() => verifyPassword(password, account?.password_hash ?? nobodysHash))',
        replacement:
          'account !== null && (await hashes.run(() => verifyPassword(password, account.password_hash ?? nobodysHash)))',
      },
    ],
    project: 'integration',
    files: ['users/auth-routes.integration.test.ts'],
    ids: ['A1'],
  },
  {
    name: 'users: anyone who is signed in may read the list of users',
    edits: [{ file: 'users/access.ts', search: 'listUsers: admins,', replacement: 'listUsers: users,' }],
    project: 'integration',
    files: ['testing/role-matrix.integration.test.ts'],
    ids: ['A9'],
  },
]
