// The settings as documents: config/default.yaml and the table of docs/settings.md are written from here and compared by a test.
import { envName, flag, isSetting, leaves, text, unitOf, whole, type Setting, type SettingTree } from './setting.js'
import { settings } from './settings.js'

function yamlScalar(value: unknown): string {
  // Plain where YAML reads it back as the same text, else quoted as prettier does.
  return typeof value === 'string' && !/^[a-z][\w./-]*$/i.test(value)
    ? `'${value.replaceAll("'", "''")}'`
    : String(value)
}

// What goes without saying is left out: it is in the mistake when somebody does get it wrong.
const unsaid = new Set([whole(1, '').expected, text('-', '').expected, flag(true, '').expected])

function meaning(setting: Setting<unknown>): string {
  return unsaid.has(setting.expected) ? setting.doc : `${setting.doc} Expects ${setting.expected}.`
}

function remark(key: string, setting: Setting<unknown>): string {
  const unit = unitOf(key)
  return unit === '' ? meaning(setting) : `${meaning(setting)} (${unit})`
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
    return `| \`${path}\` | ${value} | ${meaning(setting)} | \`${envName(path)}\` |`
  })
  return ['| setting | default | meaning | environment |', '| --- | --- | --- | --- |', ...rows].join('\n')
}
