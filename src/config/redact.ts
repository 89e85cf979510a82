// A copy of the configuration that may be printed: secrets are replaced, all else stays.
import { isSetting, type SettingTree } from './setting.js'
import { settings, type Config } from './settings.js'

/** What stands in place of a secret. */
const redacted = '[redacted]'

/** Plain nested values, ready for JSON or YAML. */
export interface PrintableConfig {
  readonly [key: string]: unknown
}

/** @param tree the settings that `config` was read by */
export function redact(config: Config | PrintableConfig, tree: SettingTree = settings): PrintableConfig {
  const printable: Record<string, unknown> = {}
  for (const [key, value] of Object.entries<unknown>({ ...config })) {
    const node = tree[key]
    if (node === undefined || isSetting(node)) printable[key] = node?.sensitive === true ? redacted : value
    else printable[key] = redact(value as PrintableConfig, node)
  }
  return printable
}
