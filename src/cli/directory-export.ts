// `smswitch directory export`: the directory of a running switch as a file that `directory apply` takes back. Secrets are masked.
import { SECRET_MASK } from '../directory/change-secrets.js'
import { writeObjects, type FileObject } from '../directory/change-file.js'
import type { OptionValues } from './args.js'
import { clientOptions } from './api-client.js'
import { createClient } from './directory-client.js'
import { CommandFailure, exitCodes, type Output } from './output.js'

const ATTEMPTS = 3

export const directoryExportCommand = {
  name: 'directory export',
  summary: 'Prints the directory of a running switch as YAML that apply takes back, with secrets masked.',
  options: clientOptions,
  async run(values: OptionValues<typeof clientOptions>, output: Output): Promise<number> {
    const client = createClient(values, process.env)
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { revision, kinds } = await client.summary()
      const objects: FileObject[] = []
      for (const { kind, count } of kinds)
        if (count > 0) objects.push(...(await client.list(kind)).map(({ id, row }) => ({ kind, id, row })))
      // Pages of different revisions would be a directory that never was.
      if ((await client.summary()).revision !== revision) continue
      const heading = [
        `The directory at revision ${revision}, by smswitch directory export.`,
        `${SECRET_MASK} stands for a secret: directory apply keeps what the switch has there. It is no backup of secrets.`,
      ].join('\n')
      output.print(writeObjects(objects, heading).trimEnd(), { revision, objects })
      return exitCodes.done
    }
    throw new CommandFailure('keepsChanging', 'the directory changed while it was read, each time; try again')
  },
}
