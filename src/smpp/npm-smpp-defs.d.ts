// What we use of npm `smpp`: its constants only (command ids, statuses, TLV tags). No behaviour of it runs in here.
declare module 'smpp/lib/defs.js' {
  export const commands: Readonly<Record<string, { readonly id: number } | undefined>>
  export const tlvs: Readonly<Record<string, { readonly id: number } | undefined>>
  export const errors: Readonly<Record<string, number | undefined>>
}
