// The API as a whole: who comes in, and its document.

import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it } from 'vitest'
import { directoryKinds } from '../directory/kinds.js'
import { PoolBook } from '../powerpack/pool-book.js'
import { parseTokens } from './tokens.js'
import { serve, type Row } from './directory-api-rig.suite.js'
import type { LimitPorts } from './limit-ports.js'
import type { PlanPorts } from './plan-question.js'

describe('the door of the API', () => {
  it('lets nobody in without a token that may', async () => {
    const { call } = await serve()
    const none = await call('GET', '/v1/directory', undefined, { authorization: '' })
    expect([none.status, none.headers['www-authenticate']]).toEqual([401, 'Bearer realm="smswitch"'])
    for (const authorization of ['Bearer wrong', 'Basic d3JpdGUtaXQ=', 'Bearer', 'write-it'])
      expect((await call('GET', '/v1/directory', undefined, { authorization })).status).toBe(401)
    const reader = { authorization: 'bearer read-it' }
    expect((await call('GET', '/v1/directory', undefined, reader)).status).toBe(200)
    const refused = await call('PUT', '/v1/directory/tariffs/t', {}, reader)
    expect([refused.status, refused.body.error?.code]).toEqual([403, 'notAllowed'])
  })

  it('says no more than that to an address with too many wrong tokens, and lets in the right ones', async () => {
    const asked: string[] = []
    let left = 2
    const { call } = await serve({
      logIns: {
        mayTry: () => left > 0,
        wrong: (address, account) => (left--, void asked.push(`${address}|${account}`)),
        retryAfterMs: 1500,
      },
    })
    const wrong = () => call('GET', '/v1/directory', undefined, { authorization: 'Bearer wrong' })
    expect([(await wrong()).status, (await wrong()).status]).toEqual([401, 401])
    const blocked = await wrong()
    expect([blocked.status, blocked.headers['retry-after'], blocked.body.error?.code]).toEqual([
      ...[429, '2', 'tooManyWrongTokens'],
    ])
    expect(asked).toEqual(['127.0.0.1|', '127.0.0.1|'])
    expect((await call('GET', '/v1/directory', undefined, { authorization: '' })).status).toBe(401)
    expect((await call('GET', '/v1/directory')).status).toBe(200)
  })

  it('is shut where no token is configured, and says so', async () => {
    const { call } = await serve({ tokens: [] })
    for (const path of ['/v1/directory', '/v1/openapi.json', '/v1/anything'])
      expect(await call('GET', path)).toMatchObject({ status: 404, body: { error: { code: 'apiOff' } } })
  })

  it.each([
    'robot',
    `robot ${'a'.repeat(63)} directory:read`,
    `robot ${'a'.repeat(64)} directory:red`,
    `robot ${'a'.repeat(64)} directory:read more`,
    `robot ${'a'.repeat(64)} directory:read; robot ${'b'.repeat(64)} directory:read`,
  ])('refuses the token line %s', (text) => {
    expect(parseTokens(`# mine\n${text}`)).toMatchObject({ kind: 'mistakes', mistakes: [{ line: 2 }] })
  })
})

/** Of routes that are only described. */
const notAsked = {} as PlanPorts & LimitPorts

describe('the OpenAPI document', () => {
  it('is one of version 3.1 by the judgement of a validator, with every kind', async () => {
    const numbers = {
      book: new PoolBook(),
      changes: { make: () => Promise.reject(new Error('none')) },
      perDay: 150,
      nowMs: () => 0,
    }
    const { call } = await serve({ numbers, plans: notAsked, limits: notAsked })
    const { status, body } = await call('GET', '/v1/openapi.json', undefined, { authorization: '' })
    expect(status).toBe(200)
    const validator = new Validator()
    expect(await validator.validate(body)).toEqual({ valid: true })
    expect(validator.version).toBe('3.1')
    const paths = body['paths'] as Record<string, Row>
    for (const { name } of directoryKinds) {
      expect(Object.keys(paths[`/v1/directory/${name}/{id}`] ?? {}).sort()).toEqual(['delete', 'get', 'put'])
      expect(Object.keys(paths[`/v1/directory/${name}`] ?? {})).toEqual(['get'])
    }
    const others = Object.entries(paths)
      .filter(([path]) => !/^\/v1\/directory\/[a-zA-Z]+(\/\{id\})?$/.test(path) || /changes|reload/.test(path))
      .map(([path, methods]) => `${Object.keys(methods).sort().join(' ')} ${path}`)
    expect(others.sort()).toEqual([
      'get /v1/campaigns/{id}/limits',
      'get /v1/cdrs',
      'get /v1/cdrs/days',
      'get /v1/customers/{id}/balance',
      'get /v1/customers/{id}/statement',
      'get /v1/directory',
      'get /v1/pools/{uuid}',
      'get post /v1/brands/{id}/usage',
      'get post /v1/customers/{id}/payments',
      'get post /v1/numbers',
      'patch put /v1/directory/tariffs/{id}/rates',
      'post /v1/campaigns/{id}/plan',
      'post /v1/directory/changes',
      'post /v1/directory/reload',
      'post /v1/numbers/remove',
      'post /v1/route',
    ])
    const { schemas } = body['components'] as { schemas: Record<string, { properties: Row; required: string[] }> }
    expect(schemas['tariffs']?.properties).toHaveProperty('rates')
    expect(JSON.stringify(body)).toContain('#/components/schemas/tariffs')
    // What has a default, and the id that the path says, need not be given.
    expect(schemas['products']?.required).toContain('tariff')
    for (const name of ['id', 'maxBinds']) expect(schemas['accounts']?.required ?? []).not.toContain(name)
  })
})
