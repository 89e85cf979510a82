// The settings as documents: config/default.yaml and the table of docs/settings.md are written from here and compared by a test.
import { envName, isSetting, leaves, unitOf, type Setting, type SettingTree } from './setting.js'
import { settings } from './settings.js'

function yamlScalar(value: unknown): string {
  return typeof value === 'string' && !/^[a-z][\w./-]*$/i.test(value) ? JSON.stringify(value) : String(value)
}

function remark(key: string, setting: Setting<unknown>): string {
  const unit = unitOf(key)
  return [setting.doc, `Expects ${setting.expected}${unit === '' ? '' : ` (${unit})`}.`].join(' ')
}

function yamlGroup(tree: SettingTree, indent: string): string {
  let yaml = ''
  for (const [key, node] of Object.entries(tree)) {
    if (isSetting(node)) yaml += `${indent}# ${remark(key, node)}\n${indent}${key}: ${yamlScalar(node.default)}\n`
    else yaml += `${indent === '' && yaml !== '' ? '\n' : ''}${indent}${key}:\n${yamlGroup(node, `${indent}  `)}`
  }
  return yaml
}

/** The text of config/default.yaml: every setting with its default, unit and meaning. */
export function defaultYaml(): string {
  return `# Every setting with its default. Copy what you change; the rest need not be there.\n# Written from src/config/settings.ts by \`npm run docs\`.\n\n${yamlGroup(settings, '')}`
}

/** The rows of docs/settings.md. */
export function settingsTable(): string {
  const rows = [...leaves(settings)].map(([path, setting]) => {
    const unit = unitOf(path)
    const value = `\`${String(setting.default)}\`${unit === '' ? '' : ` ${unit}`}`
    return `| \`${path}\` | ${value} | ${setting.doc} Expects ${setting.expected}. | \`${envName(path)}\` |`
  })
  return ['| setting | default | meaning | environment |', '|---|---|---|---|', ...rows].join('\n')
}
