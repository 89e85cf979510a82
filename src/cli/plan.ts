// `smswitch plan`: what a text to a sheet of numbers would take under a 10DLC campaign, by the admin API of a running switch. It sends nothing.
import type { PlanAnswer, PlanBody } from '../admin/plan-schemas.js'
import type { SheetMistake } from '../money/rate-sheet.js'
import { clientOptions, createAsk } from './api-client.js'
import type { CommandSpec, OptionValues } from './args.js'
import { campaignRows, parseTemplate } from './campaign-sheet.js'
import { CommandFailure, exitCodes, type Output } from './output.js'
import { planText } from './plan-text.js'
import { BadSheet, isMistake, listed, openSheet, readSheetText } from './sheet.js'

const options = {
  ...clientOptions,
  campaign: { kind: 'text', value: 'ID', doc: 'the campaign whose limits hold', required: true },
  file: { kind: 'text', value: 'FILE', doc: 'a CSV sheet as for campaign send: a column to, and the fields', required: true }, // prettier-ignore
  text: { kind: 'text', value: 'TEXT', doc: 'with {name} for the column name', required: true },
  account: { kind: 'text', value: 'ID', doc: 'who sends; the campaign’s account if it has one only' },
  from: {
    kind: 'texts',
    value: 'NUMBER',
    doc: 'a number that sends; all of the campaign if not said; may be repeated',
  },
  at: { kind: 'text', value: 'MOMENT', doc: 'when it begins, such as 2027-01-31T12:00:00Z; now if not said' },
  media: { kind: 'flag', doc: 'they are MMS' },
  'skip-bad': { kind: 'flag', doc: 'leave bad lines out; without it one is enough and nothing is planned' },
} as const satisfies CommandSpec['options']

/** Exit code 0 where all leave in time, 1 where some would not. */
export const planCommand = {
  name: 'plan',
  summary: 'Says when a text to a CSV sheet has left by the limits of a 10DLC campaign, what holds it, and its cost.',
  options,
  async run(values: OptionValues<typeof options>, output: Output): Promise<number> {
    const sheet = openSheet(readSheetText(values.file))
    const { messages, mistakes } = messagesOf(campaignRows(sheet, parseTemplate(values.text, sheet.names)))
    if (mistakes.length > 0 && !values['skip-bad'])
      throw new BadSheet(`the sheet has ${mistakes.length} mistake(s); nothing was planned`, mistakes)
    const none = `${values.file} has no number to plan for`
    if (messages.length === 0 && mistakes.length > 0) throw new BadSheet(`${none}: all of its lines are bad`, mistakes)
    if (messages.length === 0) throw new CommandFailure('emptySheet', none)
    const { account, from, at, media, campaign } = values
    const body: PlanBody = {
      messages,
      ...(account !== undefined && { account }),
      ...(from.length > 0 && { from: [...from] }),
      ...(at !== undefined && { at }),
      ...(media && { media }),
    }
    const plan = await createAsk(values, process.env)<PlanAnswer>(
      `/v1/campaigns/${encodeURIComponent(campaign)}/plan`,
      { method: 'POST', body: JSON.stringify(body) },
      { 'content-type': 'application/json' },
    )
    const left = mistakes.length === 0 ? '' : `\n\n${mistakes.length} bad line(s) left out:${listed(mistakes)}`
    output.print(`${planText(plan)}${left}`, { ...plan, mistakes })
    return plan.tooLate + plan.failed + plan.never === 0 ? exitCodes.done : exitCodes.failed
  },
}

interface Listed {
  readonly messages: PlanBody['messages']
  readonly mistakes: readonly SheetMistake[]
}

/** In their order; lines of as many segments together. */
function messagesOf(rows: ReturnType<typeof campaignRows>): Listed {
  const messages: { to: string[]; segments: number }[] = []
  const mistakes: SheetMistake[] = []
  for (const row of rows) {
    if (isMistake(row)) {
      mistakes.push(row)
      continue
    }
    const last = messages.at(-1)
    if (last?.segments === row.units) last.to.push(row.to)
    else messages.push({ to: [row.to], segments: row.units })
  }
  return { messages, mistakes }
}
