// Applications over HTTP: made, shown, listed, changed, ended.
import { type Static, Type } from '@sinclair/typebox'
import type { FastifyReply } from 'fastify'
import type { Judged } from '../../powerpack/change.js'
import { judgePackChange } from '../../powerpack/pack-changes.js'
import { answer, answerChange, answerList, baseOf, described, refuse } from './answers.js'
import { pageFields, pageWhere } from './page.js'
import type { AddRoutes, ApiAccount, ApiPorts } from './api-ports.js'
import type { Application, ApplicationWish } from './application-book.js'
import { together } from './powerpack-changes.js'

const text = Type.Optional(Type.String({ maxLength: 2048, expected: 'a text of 2048 characters at most' }))
const method = Type.Optional(Type.String({ pattern: '^([Gg][Ee][Tt]|[Pp][Oo][Ss][Tt])$', expected: 'GET or POST' }))

/** What is noted for calls and shown again; there are none. */
const noted = {
  answer_url: text,
  answer_method: method,
  hangup_url: text,
  hangup_method: method,
  fallback_answer_url: text,
  fallback_method: method,
}

const name = Type.String({ minLength: 1, maxLength: 255, expected: 'a text of 1 to 255 characters' })
const fields = {
  message_url: Type.Optional(
    Type.String({ maxLength: 2048, description: 'Where incoming messages are told.', expected: 'a URL' }),
  ),
  message_method: method,
  ...noted,
}
const NewBody = Type.Object({ app_name: name, ...fields })
const ChangeBody = Type.Object({ app_name: Type.Optional(name), ...fields })
const ListQuery = Type.Object({ ...pageFields, app_name: text })

interface ById {
  Params: { readonly id: string }
}

export function applicationRoutes(ports: ApiPorts): AddRoutes {
  const { applications, changes, mayCall, powerpacks } = ports
  return (server) => {
    server.post<{ Body: Static<typeof NewBody> }>(
      '/Application/',
      { schema: described('Application', 'Makes an application.', { body: NewBody }) },
      async ({ apiAccount: { account }, body }, reply) => {
        const changed = await changes.make(() =>
          applications.judgeNew(account, newId(ports), wishOf(body), ports.wallMs(), mayCall),
        )
        return answerChange(reply, changed, ({ id }) => ({ app_id: id, message: 'created' }), 201)
      },
    )

    server.get<{ Querystring: Static<typeof ListQuery> }>(
      '/Application/',
      { schema: described('Application', 'Lists applications.', { query: ListQuery }) },
      async ({ apiAccount, query }, reply) => {
        const wanted = query.app_name?.toLowerCase() ?? ''
        const isWanted = (one: Application): boolean => one.name.toLowerCase().includes(wanted)
        const found = await pageWhere(applications.all(apiAccount.account), isWanted, query)
        const path = `${baseOf(apiAccount)}/Application/`
        return answerList(reply, path, query, found, (one) => applicationJson(one, apiAccount))
      },
    )

    server.get<ById>(
      '/Application/:id/',
      { schema: described('Application', 'Shows an application.') },
      ({ apiAccount, params }, reply) => {
        const application = applications.ofAccount(apiAccount.account, params.id)
        return application === undefined
          ? noApplication(reply, params.id)
          : answer(reply, applicationJson(application, apiAccount))
      },
    )

    server.post<ById & { Body: Static<typeof ChangeBody> }>(
      '/Application/:id/',
      { schema: described('Application', 'Changes what is named of an application.', { body: ChangeBody }) },
      async ({ apiAccount: { account }, params, body }, reply) => {
        const changed = await changes.make(() => applications.judgeChange(account, params.id, wishOf(body), mayCall))
        return answerChange(reply, changed, () => ({ message: 'changed' }), 202)
      },
    )

    server.delete<ById>(
      '/Application/:id/',
      { schema: described('Application', 'Ends an application; powerpacks that named it have none then.') },
      async ({ apiAccount: { account }, params: { id } }, reply) => {
        const changed = await changes.make<unknown>(() => {
          const packs = powerpacks.book.packsOf(account).filter(({ applicationId }) => applicationId === id)
          const freed = packs.map(({ uuid }): Judged<unknown> => {
            const wish = { applicationId: '', applicationType: '' } as const
            return judgePackChange(powerpacks.book, uuid, wish, ports.nowMs())
          })
          return together(applications.judgeEnd(account, id), freed)
        })
        return changed.kind === 'changed' ? reply.code(204).send() : answerChange(reply, changed, () => ({}))
      },
    )
  }
}

function wishOf(body: Static<typeof ChangeBody>): ApplicationWish {
  const details: Record<string, string> = {}
  for (const field of Object.keys(noted) as (keyof typeof noted)[]) {
    const value = body[field]
    if (value !== undefined) details[field] = value
  }
  return {
    ...(body.app_name !== undefined && { name: body.app_name }),
    ...(body.message_url !== undefined && { messageUrl: body.message_url }),
    ...(body.message_method !== undefined && {
      messageMethod: body.message_method.toUpperCase() === 'GET' ? 'GET' : 'POST',
    }),
    details,
  }
}

function applicationJson({ id, name: called, messageUrl, messageMethod, details }: Application, caller: ApiAccount) {
  return {
    app_id: id,
    app_name: called,
    message_url: messageUrl,
    message_method: messageMethod,
    ...Object.fromEntries(Object.keys(noted).map((field) => [field, details[field] ?? ''])),
    default_app: false,
    enabled: true,
    sub_account: caller.main === undefined ? null : `/v1/Account/${caller.authId}/`,
    resource_uri: `${baseOf(caller)}/Application/${id}/`,
  }
}

/** 17 digits, of a UUID's chance. */
function newId({ uuid }: ApiPorts): string {
  const chance = BigInt(`0x${uuid().replaceAll('-', '')}`)
  return String(10n ** 16n + (chance % (9n * 10n ** 16n)))
}

function noApplication(reply: FastifyReply, id: string): FastifyReply {
  return refuse(reply, 404, `there is no application ${id.slice(0, 32)}`)
}
