import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { defaultYaml } from './catalogue.js'
import { loadConfig, type ConfigSources } from './load.js'
import { ConfigError } from './mistake.js'
import { redact } from './redact.js'
import { envName, text, whole } from './setting.js'

const folder = mkdtempSync(join(tmpdir(), 'smswitch-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

function yamlFile(content: string): string {
  const file = join(folder, 'gateway.yaml')
  writeFileSync(file, content)
  return file
}

/** What went wrong, a line each, without the folder. */
function mistakesOf(sources: ConfigSources): string[] {
  try {
    loadConfig(sources)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.message.replaceAll(`${folder}/`, '').split('\n')
  }
  return []
}

describe('loadConfig', () => {
  it('has a default for everything, and it is what default.yaml says', () => {
    expect(loadConfig({ file: yamlFile(defaultYaml()) })).toEqual(loadConfig())
    expect(loadConfig().smpp.server).toMatchObject({ host: '127.0.0.1', port: 2775, enquireLinkMs: 30_000 })
  })

  it('is frozen, to the leaves', () => {
    const config = loadConfig()
    expect(() => Object.assign(config.smpp.server, { port: 1 })).toThrow(TypeError)
    expect(Object.isFrozen(config)).toBe(true)
  })

  it('lets the environment win over the file and --set over both', () => {
    const file = yamlFile('smpp:\n  server: { port: 1, maxPduBytes: 5000, systemId: a }\n')
    const env = { SMSWITCH_SMPP_SERVER_MAX_PDU_BYTES: '6000', SMSWITCH_SMPP_SERVER_SYSTEM_ID: '17', HOME: '/' }
    const { server } = loadConfig({ file, env, set: ['smpp.server.systemId=b=c'] }).smpp
    expect([server.port, server.maxPduBytes, server.systemId]).toEqual([1, 6000, 'b=c'])
    expect(loadConfig({ env }).smpp.server.systemId).toBe('17')
  })

  it('passes over the tokens of the commands that call an API', () => {
    const env = { SMSWITCH_TOKEN: 'secret', SMSWITCH_AUTH_ID: 'MA', SMSWITCH_AUTH_TOKEN: 'secret' }
    expect(() => loadConfig({ env })).not.toThrow()
  })

  it('names file, line, key, value and what is expected of every mistake at once', () => {
    const file = yamlFile(
      [
        'smpp:',
        '  server:',
        '    port: 99999',
        '    enquireLinkSeconds: 30',
        '    maxConnections: "10"',
        'vendor: 5',
        'receipts:',
        'log: { level: loud }',
        'store: [lmdb]',
        'stop:',
        '  graceMs:',
      ].join('\n'),
    )
    const env = { SMSWITCH_ADMIN_PORT: 'tcp://10.0.0.1:8775', SMSWITCH_LOG_LEVLE: 'info', SMSWITCH_SERVICE_HOST: 'x' }
    expect(mistakesOf({ file, env, set: ['nonsense', 'store.kind=redis', 'smpp.server=1'] })).toMatchInlineSnapshot(`
      [
        "gateway.yaml:3:11: smpp.server.port: expects a port number from 0 (any free one) to 65535, not 99999",
        "gateway.yaml:4:5: smpp.server.enquireLinkSeconds: expects a known setting; did you mean smpp.server.enquireLinkMs?",
        "gateway.yaml:5:21: smpp.server.maxConnections: expects a whole number of 1 or more, not "10"",
        "gateway.yaml:6:9: vendor: expects a group of settings, not 5",
        "gateway.yaml:8:15: log.level: expects one of fatal, error, warn, info, debug, trace, silent, not "loud"",
        "gateway.yaml:9:8: store: expects a group of settings, not "[…]"",
        "gateway.yaml:11:11: stop.graceMs: expects a whole number of 1 or more, not null",
        "--set nonsense: expects path=value, such as log.level=debug",
        "environment SMSWITCH_ADMIN_PORT: admin.port: expects a port number from 0 (any free one) to 65535, not "tcp://10.0.0.1:8775"",
        "environment SMSWITCH_LOG_LEVLE: SMSWITCH_LOG_LEVLE: expects a known setting; did you mean SMSWITCH_LOG_LEVEL?",
        "--set store.kind=redis: store.kind: expects one of lmdb, memory, not "redis"",
        "--set smpp.server=1: smpp.server: expects one setting of the group, such as smpp.server.host",
      ]
    `)
  })

  it('says that a file is missing or is no YAML', () => {
    expect(mistakesOf({ file: join(folder, 'none.yaml') })).toEqual([
      expect.stringMatching(/^none.yaml: expects a file.*ENOENT/),
    ])
    expect(mistakesOf({ file: yamlFile('a: [1\nb: 2') })).toContainEqual(
      expect.stringMatching(/yaml:\d+:\d+: expects valid YAML/),
    )
    expect(mistakesOf({ file: yamlFile('log: {level: info}\nlog: {level: warn}') })[0]).toMatch(
      /:2:1: expects valid YAML/,
    )
  })

  it('takes an empty file, and aliases', () => {
    expect(loadConfig({ file: yamlFile('') })).toEqual(loadConfig())
    const file = yamlFile('admin: { host: &h 10.0.0.1 }\nsmpp: { server: { host: *h } }')
    expect(loadConfig({ file }).smpp.server.host).toBe('10.0.0.1')
  })

  it('checks settings against each other and blames the place that broke it', () => {
    expect(mistakesOf({ file: yamlFile('vendor:\n  reconnectMinMs: 60000') })).toEqual([
      'gateway.yaml:2:19: vendor.reconnectMinMs: expects no more than vendor.reconnectMaxMs, not 60000',
    ])
    expect(mistakesOf({ set: ['delivery.maxValidityMs=1000'] })).toEqual([
      'default: delivery.defaultValidityMs: expects no more than delivery.maxValidityMs, not 172800000',
    ])
    expect(mistakesOf({ set: ['multipart.maxSets=10', 'multipart.maxBytesPerPeer=300000000'] })).toEqual([
      'default: multipart.maxSetsPerPeer: expects no more than multipart.maxSets, not 10000',
      '--set multipart.maxBytesPerPeer=300000000: multipart.maxBytesPerPeer: expects no more than multipart.maxBytes, not 300000000',
    ])
  })

  it('checks what SIP needs only where SIP is spoken', () => {
    const listeners = 'sip.listeners=udp://127.0.0.1:0 wss://127.0.0.1:0'
    expect(mistakesOf({ set: [listeners] })).toEqual([])
    expect(mistakesOf({ set: [listeners, 'sip.enabled=true', 'sip.tls.keyFile=key.pem'] })).toEqual([
      'default: sip.tls.certificateFile: expects a file where sip.listeners has tls or wss, not ""',
    ])
    expect(
      mistakesOf({ set: ['softphone.url=https://a.example', 'sip.origins=https://a.example https://b.example/'] }),
    ).toEqual([
      expect.stringMatching(
        /sip\.origins: expects pages as browsers name them.*, not "https:\/\/a.example https:\/\/b.example\/"$/,
      ),
      '--set softphone.url=https://a.example: softphone.url: expects a URL that begins with ws:// or wss://, or nothing, not "https://a.example"',
    ])
    expect(mistakesOf({ set: ['softphone.enabled=true', 'sip.push.url=example.com'] })).toEqual([
      '--set sip.push.url=example.com: sip.push.url: expects a URL that begins with http:// or https://, or nothing, not "example.com"',
      '--set softphone.enabled=true: softphone.enabled: expects false, unless sip.enabled is true and sip.listeners has ws or wss, not true',
    ])
    expect(mistakesOf({ set: ['sip.registration.defaultExpiresMs=30000'] })).toEqual([
      'default: sip.registration.minExpiresMs: expects no more than sip.registration.defaultExpiresMs, not 60000',
    ])
    expect(mistakesOf({ env: { SMSWITCH_SIP_ENABLED: 'yes' } })).toEqual([
      'environment SMSWITCH_SIP_ENABLED: sip.enabled: expects true or false, not "yes"',
    ])
    expect(loadConfig({ env: { SMSWITCH_SIP_ENABLED: 'true', SMSWITCH_SOFTPHONE_ENABLED: 'true' } }).sip.enabled).toBe(
      true,
    )
  })

  it('takes __proto__ for what it is, an unknown key', () => {
    expect(mistakesOf({ file: yamlFile('__proto__: { polluted: 1 }\nconstructor: 1') })).toHaveLength(2)
    expect(mistakesOf({ set: ['__proto__.polluted=1'] })).toHaveLength(1)
    expect({}).not.toHaveProperty('polluted')
  })
})

describe('redact', () => {
  it('hides what is sensitive and keeps the rest', () => {
    const tree = { api: { token: text('hunter2', 'A secret.', { sensitive: true }), port: whole(1, 'A port.') } }
    expect(redact({ api: { token: 'hunter2', port: 1 } }, tree)).toEqual({ api: { token: '[redacted]', port: 1 } })
    const { admin, sip, api, ...rest } = loadConfig()
    expect(redact({ admin, sip, api, ...rest })).toEqual({
      admin: { ...admin, tokens: '[redacted]' },
      api: { ...api, inventorySecret: '[redacted]' },
      sip: { ...sip, push: { ...sip.push, token: '[redacted]' } },
      ...rest,
    })
  })
})

it('derives the name of an environment variable from the path', () => {
  expect(envName('delivery.sweepRowsPerSecond')).toBe('SMSWITCH_DELIVERY_SWEEP_ROWS_PER_SECOND')
})
