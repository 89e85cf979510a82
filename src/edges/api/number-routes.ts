// Numbers that an account owns, over HTTP: listed, shown, added, noted on, given up.
import { type Static, Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { placeOf } from '../../phone/e164.js'
import { refused, type Judged } from '../../powerpack/change.js'
import { judgeNumberChange, judgeOwning } from '../../powerpack/number-changes.js'
import { numberTypeOf } from '../../powerpack/number-type.js'
import { numberDefaults, type OwnedNumber } from '../../powerpack/owned-number.js'
import { ownersDetails } from '../../powerpack/stock.js'
import { answer, answerChange, answerList, baseOf, described, refuse } from './answers.js'
import { pageFields, pageWhere } from './page.js'
import type { AddRoutes, ApiAccount, ApiPorts } from './api-ports.js'
import { beginsWith, offerServices, offerTypeOf } from './inventory.js'
import { judgeHandOver } from './inventory-own.js'
import { attachmentOf, ownedJson, type Attachment } from './number-json.js'
import { digitsOf } from './pool-routes.js'

/** Numbers added by one request. */
const ADDED_MAX = 100
const ALIAS_MAX = 100
/** In place of an application, as of a powerpack: what is empty counts as not said. */
const NONE = 'none'

const text = (maxLength: number) => Type.Optional(Type.String({ maxLength, expected: `a text of ${maxLength} characters at most` })) // prettier-ignore

const ListQuery = Type.Object({
  ...pageFields,
  type: Type.Optional(
    Type.String({
      pattern: '^(local|fixed|national|mobile|toll-?free|shortcode)$',
      expected: 'local, mobile, tollfree or shortcode',
    }),
  ),
  number_startswith: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$', expected: 'the beginning of a number' })),
  subaccount: text(64),
  alias: text(ALIAS_MAX),
  services: text(64),
  tendlc_campaign_id: text(64),
  tendlc_registration_status: text(64),
  toll_free_sms_verification: text(64),
})

const AddBody = Type.Object({
  numbers: Type.Union([Type.String({ minLength: 1 }), Type.Array(Type.String())], {
    expected: `numbers with commas between them, ${ADDED_MAX} at most`,
  }),
  carrier: text(255),
  region: text(255),
  alias: text(ALIAS_MAX),
  app_id: text(64),
  services: text(64),
})

const ChangeBody = Type.Object({ app_id: text(64), subaccount: text(64), alias: text(ALIAS_MAX) })

interface ByNumber {
  Params: { readonly number: string }
}

interface Owned {
  readonly row: OwnedNumber
  readonly owner: ApiAccount
}

export function numberRoutes(ports: ApiPorts): AddRoutes {
  const { powerpacks, changes, source, applications } = ports
  const { book } = powerpacks

  /** Whose numbers an account sees: its own, and those of its sub-accounts. */
  const ownersFor = (account: ApiAccount): readonly ApiAccount[] => [
    account,
    ...(account.main === undefined ? ports.subAccountsOf(account.authId) : []),
  ]
  const ownedOf = ({ apiAccount, params }: FastifyRequest<ByNumber>): Owned | undefined => {
    const row = book.numbers.get(digitsOf(params.number))
    const owner = ownersFor(apiAccount).find(({ account }) => account === row?.account)
    return row === undefined || owner === undefined ? undefined : { row, owner }
  }
  const attachedTo = (row: OwnedNumber): Attachment => attachmentOf(row, ports.tenDlc?.registry())
  const jsonOf = ({ row, owner }: Owned): object => {
    // One that has ended is still noted, and so is one of another account that had the number.
    const application = applications.ofAccount(row.account, row.details['app_id'] ?? '')?.id ?? ''
    return ownedJson(row, baseOf(owner), owner.main === undefined ? '' : owner.authId, application, attachedTo(row))
  }

  return (server) => {
    server.get<{ Querystring: Static<typeof ListQuery> }>(
      '/Number/',
      { schema: described('Number', 'Lists the numbers that you have.', { query: ListQuery }) },
      async (request, reply) => {
        const { apiAccount, query } = request
        const owners = ownersFor(apiAccount).filter(
          ({ authId }) => query.subaccount === undefined || authId === query.subaccount,
        )
        const found = await pageWhere(ownedBy(owners), ({ row }) => isWanted(row, query, attachedTo), {
          ...query,
          look: (rows) => request.look(rows),
        })
        return answerList(reply, `${baseOf(apiAccount)}/Number/`, query, found, jsonOf)
      },
    )

    server.get<ByNumber>(
      '/Number/:number/',
      { schema: described('Number', 'Shows a number that you have.') },
      (request, reply) => {
        const owned = ownedOf(request)
        return owned === undefined ? noNumber(reply, request.params.number) : answer(reply, jsonOf(owned))
      },
    )

    server.post<{ Body: Static<typeof AddBody> }>(
      '/Number/',
      { schema: described('Number', 'Adds numbers that you have from a carrier of your own.', { body: AddBody }) },
      async ({ apiAccount, body }, reply) => {
        const changed = await changes.make(() => judgeAdding(apiAccount, body))
        const success = (rows: readonly OwnedNumber[]): object => ({
          message: 'changed',
          numbers: rows.map(({ number }) => ({ number, status: 'Success' })),
        })
        return answerChange(reply, changed, success, 202)
      },
    )

    server.post<ByNumber & { Body: Static<typeof ChangeBody> }>(
      '/Number/:number/',
      {
        schema: described('Number', 'Changes what is noted of a number, or which account has it.', {
          body: ChangeBody,
        }),
      },
      async (request, reply) => {
        const owned = ownedOf(request)
        if (owned === undefined) return noNumber(reply, request.params.number)
        const changed = await changes.make(() => judgeNoting(request.apiAccount, owned, request.body))
        return answerChange(reply, changed, () => ({ message: 'changed' }), 202)
      },
    )

    server.delete<ByNumber>(
      '/Number/:number/',
      { schema: described('Number', 'Gives a number up; it leaves its pool.') },
      async (request, reply) => {
        const owned = ownedOf(request)
        if (owned === undefined) return noNumber(reply, request.params.number)
        const { number, account } = owned.row
        // At its turn it may be another's already.
        const changed = await changes.make(async () =>
          book.numbers.get(number)?.account === account ? source.judgeReturn(number) : goneNumber(number),
        )
        return changed.kind === 'changed' ? reply.code(204).send() : answerChange(reply, changed, () => ({}))
      },
    )
  }

  function* ownedBy(owners: readonly ApiAccount[]): Iterable<Owned> {
    for (const owner of owners) for (const row of book.numbers.ownedBy(owner.account)) yield { row, owner }
  }

  function judgeAdding(
    { account }: ApiAccount,
    { numbers, app_id: app = '', carrier = '', region = '', alias = '', services }: Static<typeof AddBody>,
  ): Judged<readonly OwnedNumber[]> {
    const listed = [...new Set((typeof numbers === 'string' ? numbers.split(',') : numbers).map((one) => one.trim()))]
    if (listed.length > ADDED_MAX) return refused('invalid', `At most ${ADDED_MAX} at once.`, 'numbers')
    if (app !== '' && applications.ofAccount(account, app) === undefined) return noApplication(app)
    const given = Object.entries({ carrier, region, alias, app_id: app }).filter(([, value]) => value !== '')
    const said = Object.fromEntries(given)
    const ofOwner = Object.fromEntries(given.filter(([name]) => ownersDetails.includes(name)))
    const rows: OwnedNumber[] = []
    for (const one of listed) {
      const number = digitsOf(one)
      const type = numberTypeOf(number)
      if (type === undefined) return refused('invalid', `${one.slice(0, 32)} is no number.`, 'numbers')
      if (!ports.mayAdd(account, number))
        return refused('invalid', `${number} is not known as one of yours; ask the operator to say so.`, 'numbers')
      const country = placeOf(number)?.country ?? 'US'
      const blank = { ...numberDefaults, number, account, type, country, ownedAtMs: ports.wallMs() }
      const before = book.numbers.get(number)
      // Of one that is there already its pace is the operator's to say, and where it came from is where it goes back to.
      const row: OwnedNumber = before?.account === account ? before : blank
      const isCarriers = row.details['source'] === undefined
      rows.push({
        ...row,
        ...(services !== undefined && isCarriers && servicesOf(services)),
        details: { ...row.details, ...(isCarriers ? said : ofOwner) },
      })
    }
    return judgeOwning(book, rows)
  }

  function judgeNoting(
    caller: ApiAccount,
    { row: { number }, owner }: Owned,
    { app_id: app, subaccount, alias }: Static<typeof ChangeBody>,
  ): Judged<OwnedNumber> {
    const row = book.numbers.get(number)
    if (row?.account !== owner.account) return goneNumber(number)
    const to = subaccount === undefined ? owner : ownersFor(caller).find(({ authId }) => authId === subaccount)
    if (to === undefined) return refused('invalid', 'There is no sub-account of that auth id.', 'subaccount')
    const isNone = app?.toLowerCase() === NONE
    if (app !== undefined && !isNone && applications.ofAccount(to.account, app) === undefined) return noApplication(app)
    const { app_id: _, ...others } = row.details
    const details = {
      ...(isNone ? others : row.details),
      ...(alias !== undefined && { alias }),
      ...(app !== undefined && !isNone && { app_id: app }),
    }
    return to.account === row.account
      ? judgeNumberChange(book, number, { details })
      : judgeHandOver(book, number, to.account, { details })
  }
}

function isWanted(
  row: OwnedNumber,
  query: Static<typeof ListQuery>,
  attachedTo: (row: OwnedNumber) => Attachment,
): boolean {
  const { details } = row
  const {
    type,
    number_startswith: start,
    alias,
    services,
    tendlc_campaign_id: campaign,
    tendlc_registration_status: status,
    toll_free_sms_verification: verification,
  } = query
  if (type !== undefined && offerTypeOf(row) !== typeNamed(type)) return false
  if (start !== undefined && !beginsWith(row.number, start)) return false
  if (alias !== undefined && details['alias'] !== alias) return false
  if (services !== undefined && offerServices.some((one) => services.includes(one) && !row[one])) return false
  if (campaign !== undefined && attachedTo(row).campaign !== campaign) return false
  if (status !== undefined && attachedTo(row).status !== status) return false
  return verification === undefined || (details['toll_free_sms_verification'] ?? 'UNVERIFIED') === verification
}

function servicesOf(services: string): Pick<OwnedNumber, 'sms' | 'mms' | 'voice'> {
  return { sms: services.includes('sms'), mms: services.includes('mms'), voice: services.includes('voice') }
}

function typeNamed(type: string): string {
  if (type.startsWith('toll')) return 'tollfree'
  return type === 'fixed' || type === 'national' ? 'local' : type
}

function noApplication(id: string) {
  return refused('invalid', `There is no application ${id.slice(0, 32)}.`, 'app_id')
}

function goneNumber(number: string) {
  return refused('unknownNumber', `There is no number ${number}.`, 'number')
}

function noNumber(reply: FastifyReply, number: string): FastifyReply {
  return refuse(reply, 404, `you have no number ${number.slice(0, 32)}`)
}
