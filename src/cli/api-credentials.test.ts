import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { describeDirectoryMistake } from '../directory/mistake.js'
import { parseDirectory } from '../directory/parse.js'
import { credentials, credentialsYaml } from './api-credentials.js'

const surroundings = { env: {}, readSecret: () => '', statusByName: () => undefined }

describe('credentials of the HTTP API', () => {
  it('fit a directory as they are printed', () => {
    const accounts = [undefined, 'acme'].map((main, index) => {
      const row = credentials(main)
      expect(parse(credentialsYaml(row))).toEqual(row)
      const lines = credentialsYaml(row).split('\n')
      return [`  - id: ${index === 0 ? 'acme' : 'shop'}`, ...lines.map((line) => `    ${line}`)].join('\n')
    })
    const parsed = parseDirectory(`accounts:\n${accounts.join('\n')}\n`, 'd.yaml', surroundings)
    expect(parsed.kind === 'mistakes' ? parsed.mistakes.map(describeDirectoryMistake) : []).toEqual([])
  })

  it('are others each time', () => {
    const made = Array.from({ length: 100 }, () => credentials(undefined).api)
    expect(new Set(made.map(({ authId }) => authId)).size).toBe(100)
    expect(new Set(made.map(({ token }) => token)).size).toBe(100)
    expect(made[0]?.token).toMatch(/^[A-Za-z0-9]{40}$/)
    expect(made[0]?.authId).toMatch(/^MA[A-Z0-9]{18}$/)
    expect(credentials('acme').api.authId).toMatch(/^SA[A-Z0-9]{18}$/)
  })
})
