// The columns of an account that uses the HTTP API: its auth id and token. Schema only.

import { type Static, Type } from '@sinclair/typebox'
import { Id, octets, strict } from './columns.js'

/** How auth ids begin: of a main account, and of a sub-account. */
export const MAIN_PREFIX = 'MA'
export const SUB_PREFIX = 'SA'
/** As long as those that SDKs of this API expect. */
export const AUTH_ID_LENGTH = 20
const TOKEN_MIN = 20
const TOKEN_MAX = 255
const TOKEN = `^[\\x21-\\x7e]{${TOKEN_MIN},${TOKEN_MAX}}$`
const AUTH_ID = `^(${MAIN_PREFIX}|${SUB_PREFIX})[A-Z0-9]{${AUTH_ID_LENGTH - MAIN_PREFIX.length}}$`

const AUTH_ID_EXPECTED = `${MAIN_PREFIX} or ${SUB_PREFIX} and ${AUTH_ID_LENGTH - MAIN_PREFIX.length} capital letters and digits (\`smswitch api-credentials\` makes one)`
export const TOKEN_EXPECTED = `a token of ${TOKEN_MIN} to ${TOKEN_MAX} printable ASCII characters without blanks (\`smswitch api-credentials\` makes one)`

export const isToken = (text: string): boolean => new RegExp(TOKEN).test(text)

export const ApiRow = Type.Object(
  {
    authId: Type.String({ pattern: AUTH_ID, expected: AUTH_ID_EXPECTED }),
    /** Exactly one of the three. In clear: what the account is told is signed with it. */
    token: Type.Optional(Type.String({ pattern: TOKEN, expected: TOKEN_EXPECTED })),
    tokenEnv: Type.Optional(octets(255, { min: 1 })),
    tokenFile: Type.Optional(octets(4096, { min: 1 })),
    /** Of a sub-account: the account whose token opens it too. */
    main: Type.Optional(Id),
  },
  { ...strict, expected: '{ authId, token, tokenEnv, tokenFile, main }' },
)
export type ApiRow = Readonly<Static<typeof ApiRow>>
