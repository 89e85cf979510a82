import { describe, expect, it } from 'vitest'
import { SECRET_MASK } from '../directory/change-secrets.js'
import { createCompileMemory } from '../directory/compile-memory.js'
import { fixedDirectory } from '../directory/file-whole.js'
import type { Snapshot } from '../directory/snapshot.js'
import { rigPauses as pauses } from './api-rig.suite.js'
import { fileBook, type FileReading } from './file-book.js'
import { demo, demoRow, rules, serve, served, type Row } from './directory-api-rig.suite.js'

describe('the directory API', () => {
  it('creates, reads, changes, lists and removes an object, each change durable and in force before its answer', async () => {
    const { call, store, applied, changes } = await served()
    const created = await call('PUT', '/v1/directory/tariffs/extra', { rates: [{ prefix: '44', price: '0.02' }] })
    expect(created).toMatchObject({ status: 201, etag: '"2"', body: { action: 'create', kind: 'tariffs', id: 'extra', etag: '2', revision: 2 } }) // prettier-ignore
    expect((await store.directory.readAll()).revision).toBe(2)
    expect(applied).toHaveLength(2)
    const read = await call('GET', '/v1/directory/tariffs/extra')
    expect(read).toMatchObject({ status: 200, etag: '"2"', body: { id: 'extra', rates: [{ prefix: '44', price: '0.02' }] } }) // prettier-ignore
    const updated = await call('PUT', '/v1/directory/tariffs/extra', { rates: [{ prefix: '44', price: '0.03' }] })
    expect(updated).toMatchObject({
      status: 200,
      etag: '"3"',
      body: { action: 'update', fields: [{ path: 'rates[prefix=44].price', before: '0.02', after: '0.03' }] },
    })
    const list = await call('GET', '/v1/directory/tariffs')
    expect((list.body['objects'] as Row[]).map(({ id }) => id)).toEqual([demoRow('tariffs')['id'], 'extra'])
    expect((await call('DELETE', '/v1/directory/tariffs/extra')).body).toMatchObject({ action: 'delete', revision: 4 })
    expect((await call('GET', '/v1/directory/tariffs/extra')).body.error?.code).toBe('notFound')
    expect((await call('DELETE', '/v1/directory/tariffs/extra')).status).toBe(404)
    expect(changes.slice(1)).toEqual([2, 3, 4].map((revision) => ({ by: 'robot', revision, objects: 1 })))
  })

  it('does nothing when the same comes again', async () => {
    const { call, store, applied } = await served()
    const again = await call('POST', '/v1/directory/changes?dryRun=false', { changes: demo, prune: true })
    expect(again.body).toMatchObject({ revision: 1 })
    const put = await call('PUT', `/v1/directory/accounts/${String(demoRow('accounts')['id'])}`, demoRow('accounts'))
    expect(put).toMatchObject({ status: 200, etag: '"1"', body: { action: 'unchanged', revision: 1 } })
    expect(store.commits).toBe(1)
    expect(applied).toHaveLength(1)
  })

  it('says of a dry run what it would do, and does it not', async () => {
    const { call, store } = await served()
    const body = { changes: [{ kind: 'policies', id: demoRow('policies')['id'], delete: true }, { kind: 'tariffs', id: 'n', row: {} }] } // prettier-ignore
    const dry = await call('POST', '/v1/directory/changes?dryRun=true', body)
    expect(dry.body).toMatchObject({ dryRun: true, revision: 2, changes: [{ action: 'delete' }, { action: 'create' }] })
    expect((await call('PUT', '/v1/directory/tariffs/n?dryRun=true', {})).status).toBe(200)
    expect((await call('DELETE', '/v1/directory/policies/all?dryRun=true')).body).toMatchObject({ action: 'delete' })
    expect((await store.directory.readAll()).objects).toHaveLength(demo.length)
    // A wrong word must not make it a real one.
    expect(await call('PUT', '/v1/directory/tariffs/n?dryrun=true', {})).toMatchObject({ status: 400, body: { error: { code: 'invalidRequest', where: 'querystring/dryrun', message: 'querystring/dryrun expects a known key; did you mean dryRun?' } } }) // prettier-ignore
    expect((await call('GET', '/v1/directory/tariffs?page=2')).body.error?.message).toBe(
      'querystring/page expects a known key (limit, after)',
    )
  })

  it('minds etags: of two who change the same, the second is told', async () => {
    const { call } = await served()
    const url = '/v1/directory/tariffs/t'
    expect((await call('PUT', url, {}, { 'if-match': '*' })).status).toBe(412)
    expect((await call('PUT', url, {}, { 'if-none-match': '*' })).status).toBe(201)
    expect(await call('PUT', url, {}, { 'if-none-match': '*' })).toMatchObject({ status: 412, etag: '"2"', body: { etag: '2' } }) // prettier-ignore
    const rates = [{ prefix: '1', price: '1' }]
    expect((await call('PUT', url, { rates }, { 'if-match': '"2"' })).etag).toBe('"3"')
    expect((await call('PUT', url, {}, { 'if-match': '"2"' })).body).toMatchObject({ error: { code: 'preconditionFailed' }, etag: '3' }) // prettier-ignore
    expect((await call('DELETE', url, undefined, { 'if-match': 'W/"3"' })).status).toBe(412)
    expect((await call('DELETE', url, undefined, { 'if-match': '"9", "3"' })).status).toBe(200)
    const changes = [{ kind: 'tariffs', id: 't', row: {} }]
    expect((await call('POST', '/v1/directory/changes', { changes }, { 'if-match': '"3"' })).body).toMatchObject({ etag: '4' }) // prettier-ignore
    expect((await call('POST', '/v1/directory/changes', { changes }, { 'if-match': '"4"' })).status).toBe(200)
    expect((await call('POST', '/v1/directory/changes', { changes: [{ ...changes[0], ifMatch: '1' }] })).status).toBe(412) // prettier-ignore
  })

  it('takes one of two changes that are sent at once with one revision', async () => {
    const { call } = await served()
    const send = (id: string) =>
      call('POST', '/v1/directory/changes', { changes: [{ kind: 'tariffs', id, row: {} }] }, { 'if-match': '"1"' })
    const statuses = (await Promise.all([send('a'), send('b')])).map(({ status }) => status)
    expect(statuses).toEqual([200, 412])
  })

  it('tells all mistakes of all objects at once, and changes nothing of the rest', async () => {
    const { call, store } = await served()
    const { status, body } = await call('POST', '/v1/directory/changes', {
      changes: [
        { kind: 'accounts', id: demoRow('accounts')['id'], row: { ...demoRow('accounts'), maxBinds: 'ten', x: 1 } },
        { kind: 'tariffs', id: demoRow('tariffs')['id'], delete: true },
        { kind: 'tariffs', id: 'fine', row: {} },
      ],
    })
    expect(status).toBe(422)
    expect(body.error?.code).toBe('invalidDirectory')
    const mistakes = body['mistakes'] as Row[]
    expect(mistakes.map(({ kind, path }) => `${String(kind)} ${String(path)}`)).toEqual(
      expect.arrayContaining(['accounts maxBinds', 'accounts x', 'vendors connections[0].tariff']),
    )
    expect(mistakes[0]).toMatchObject({ id: demoRow('accounts')['id'], expected: expect.any(String) as string })
    expect((await store.directory.readAll()).revision).toBe(1)
  })

  it('shows no secret, and keeps those whose mask comes back', async () => {
    const { call, book } = await served()
    const url = `/v1/directory/accounts/${String(demoRow('accounts')['id'])}`
    const shown = await call('GET', url)
    expect(shown.body['password']).toBe(SECRET_MASK)
    const hash = demoRow('accounts')['password'] as string
    expect(JSON.stringify((await call('GET', '/v1/directory/accounts')).body)).not.toContain(hash)
    expect((await call('PUT', url, { ...shown.body, maxBinds: 7 })).body).toMatchObject({
      fields: [{ path: 'maxBinds' }],
    })
    expect(book.current().snapshot.accounts()[0]).toMatchObject({ password: hash, maxBinds: 7 })
    const other = hash.replace(/.{4}$/, 'AAA=')
    const changed = await call('PUT', url, { ...shown.body, password: other })
    expect(changed.body['fields']).toContainEqual({ path: 'password', before: SECRET_MASK, after: SECRET_MASK })
    const refused = await call('PUT', '/v1/directory/accounts/new', { ...shown.body, id: 'new', password: 'geheim' })
    expect(refused.status).toBe(422)
    expect(JSON.stringify(refused.body)).not.toContain('geheim')
  })

  it('lists in pages', async () => {
    const { call } = await serve()
    const ids = Array.from({ length: 25 }, (_, n) => `t${String(n).padStart(2, '0')}`)
    await call('POST', '/v1/directory/changes', { changes: ids.map((id) => ({ kind: 'tariffs', id, row: {} })) })
    const seen: string[] = []
    for (let after: string | undefined = ''; after !== undefined;) {
      const { body } = await call('GET', `/v1/directory/tariffs?limit=10&after=${after}`)
      seen.push(...(body['objects'] as { id: string }[]).map(({ id }) => id))
      after = body['next'] as string | undefined
    }
    expect(seen).toEqual(ids)
    for (const limit of ['0', '1001', 'many'])
      expect((await call('GET', `/v1/directory/tariffs?limit=${limit}`)).body.error?.message).toBe(
        'querystring/limit expects a whole number from 1 to 1000',
      )
  })

  it.each([
    [{ changes: [{ kind: 'tariffs', id: 't' }] }, 'changes[0] expects either row or delete: true'],
    [
      { changes: [{ kind: 'tariffs', id: 't', row: {}, delete: true }] },
      'changes[0] expects either row or delete: true',
    ],
    [{ changes: [{ kind: 'tariffs', id: 't', rows: {} }] }, 'body/changes/0/rows expects'],
    [{ changes: {} }, 'body/changes expects a list of changes'],
    [[], 'body expects { changes'],
  ])('refuses the batch %j', async (body, message) => {
    const { call } = await serve()
    const refused = await call('POST', '/v1/directory/changes', body)
    expect(refused.status).toBe(400)
    expect(refused.body.error?.message).toContain(message)
  })

  it('takes a change of up to 8 MiB', async () => {
    const { call } = await serve()
    const rates = Array.from({ length: 1000 }, (_, n) => ({ prefix: String(n), price: '0.0045' }))
    const changes = Array.from({ length: 50 }, (_, n) => ({ kind: 'tariffs', id: `t${n}`, row: { rates } }))
    expect((await call('POST', '/v1/directory/changes', { changes })).status).toBe(200)
    const tooMuch = await call('PUT', '/v1/directory/tariffs/x', { rates: 'x'.repeat(8 * 1024 * 1024) })
    expect([tooMuch.status, tooMuch.body.error?.code]).toEqual([413, 'bodyTooLarge'])
  })

  it('changes nothing when the store fails, and says so', async () => {
    const { call, store, applied, faults } = await served()
    store.failNext('full')
    const failed = await call('PUT', '/v1/directory/tariffs/t', {})
    expect([failed.status, failed.body.error?.code]).toEqual([503, 'storeFailed'])
    expect((await call('GET', '/v1/directory/tariffs/t')).status).toBe(404)
    expect(applied).toHaveLength(1)
    expect(faults).toEqual([])
    expect((await call('PUT', '/v1/directory/tariffs/t', {})).status).toBe(201)
  })

  it('waits for the disk: nobody sees a change before it is durable', async () => {
    const { call, store } = await served()
    store.hold()
    const answer = call('PUT', '/v1/directory/tariffs/t', {})
    while (store.underWay === 0) await new Promise(setImmediate)
    expect((await call('GET', '/v1/directory/tariffs/t')).status).toBe(404)
    store.release()
    expect((await answer).status).toBe(201)
    expect((await call('GET', '/v1/directory/tariffs/t')).status).toBe(200)
  })

  it('takes over what another owner of the data made meanwhile', async () => {
    const { call, store } = await served()
    await store.directory.change([{ kind: 'tariffs', id: 'theirs', row: { id: 'theirs' } }], 1)
    expect((await call('PUT', '/v1/directory/tariffs/ours', {})).body).toMatchObject({ revision: 3 })
    expect((await call('GET', '/v1/directory/tariffs/theirs')).status).toBe(200)
  })

  it('only reads what a file manages', async () => {
    const { call } = await servedFile()
    expect((await call('GET', '/v1/directory')).body).toMatchObject({ managedBy: 'file', file: '/etc/directory.yaml' })
    expect((await call('GET', `/v1/directory/accounts/${String(demoRow('accounts')['id'])}`)).status).toBe(200)
    for (const attempt of [
      call('PUT', '/v1/directory/tariffs/t', {}),
      call('DELETE', '/v1/directory/tariffs/t'),
      call('POST', '/v1/directory/changes?dryRun=true', { changes: [] }),
    ])
      expect(await attempt).toMatchObject({ status: 409, body: { error: { code: 'managedByFile', message: expect.stringContaining('/etc/directory.yaml') as string } } }) // prettier-ignore
  })

  it('reads a file again, all of it or nothing', async () => {
    const { call, book, says, applied } = await servedFile()
    const reload = () => call('POST', '/v1/directory/reload')
    expect(await reload()).toMatchObject({ status: 200, body: { revision: 0, changes: 0 } })
    const extra = { kind: 'tariffs', id: 'extra', row: { id: 'extra', rates: [{ prefix: '44', price: '0.02' }] } }
    says({ kind: 'objects', objects: [...demo, extra] })
    expect(await reload()).toMatchObject({ status: 200, body: { revision: 1, changes: 1 } })
    expect((await call('GET', '/v1/directory/tariffs/extra')).etag).toBe('"1"')
    const [first] = book.current().snapshot.accounts()
    says({ kind: 'objects', objects: demo })
    expect((await reload()).body).toMatchObject({ revision: 2, changes: 1 })
    // What did not change is not compiled again.
    expect(book.current().snapshot.accounts()[0]).toBe(first)
    expect(applied).toHaveLength(3)
    const mistake = { file: '/etc/directory.yaml', line: 3, column: 5, path: 'tariffs[0].id', expected: 'an id' }
    says({ kind: 'mistakes', mistakes: [mistake] })
    expect(await reload()).toMatchObject({ status: 422, body: { mistakes: [mistake] } })
    says({ kind: 'unreadable', why: 'ENOENT' })
    expect(await reload()).toMatchObject({ status: 409, body: { error: { code: 'unreadableFile' } } })
    expect(applied).toHaveLength(3)
    expect((await (await served()).call('POST', '/v1/directory/reload')).body.error?.code).toBe('managedByStore')
  })
})

async function servedFile() {
  const applied: Snapshot[] = []
  let reading: FileReading = { kind: 'objects', objects: demo }
  const options = {
    file: '/etc/directory.yaml',
    read: () => Promise.resolve(reading),
    rules: { ...rules, defaults: { ...rules.defaults, memory: createCompileMemory() } },
    pauses,
    applied: (snapshot: Snapshot) => applied.push(snapshot),
  }
  const { snapshot } = (await served()).book.current()
  const all = await serve({ book: fileBook(options, fixedDirectory(demo, snapshot)) })
  return { ...all, applied, says: (next: FileReading) => void (reading = next) }
}
