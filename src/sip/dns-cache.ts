// DNS answers, kept for a while and asked for once at a time. Who asks DNS how is an argument; so is time.

export interface SrvRecord {
  readonly name: string
  readonly port: number
  readonly priority: number
  readonly weight: number
}

export interface NaptrRecord {
  readonly flags: string
  readonly service: string
  readonly replacement: string
  readonly order: number
  readonly preference: number
}

/** Records and how long they hold, in seconds; undefined where the resolver does not tell. */
export interface DnsAnswer<T> {
  readonly records: readonly T[]
  readonly ttlS?: number | undefined
}

/** The way to DNS. No such name is an answer without records; a rejection is a fault of the resolver. */
export interface DnsPort {
  naptr(name: string): Promise<DnsAnswer<NaptrRecord>>
  srv(name: string): Promise<DnsAnswer<SrvRecord>>
  a(name: string): Promise<DnsAnswer<string>>
  aaaa(name: string): Promise<DnsAnswer<string>>
}

const mostNames = 10_000
/** Where the resolver tells no time; and the bounds of what it tells. */
const usualMs = 60_000
const shortestMs = 5_000
const longestMs = 3_600_000
/** What is not there, or could not be asked, is not asked again at once. */
const nothingMs = 30_000
const faultMs = 5_000

interface Entry {
  readonly answer: Promise<readonly unknown[]>
  untilMs: number
}

export class DnsCache {
  readonly #dns: DnsPort
  readonly #now: () => number
  /** In the order of asking: the oldest leaves when there are too many. */
  readonly #entries = new Map<string, Entry>()

  constructor(dns: DnsPort, now: () => number) {
    this.#dns = dns
    this.#now = now
  }

  get size(): number {
    return this.#entries.size
  }

  naptr(name: string): Promise<readonly NaptrRecord[]> {
    return this.#cached(`n ${name}`, () => this.#dns.naptr(name))
  }

  srv(name: string): Promise<readonly SrvRecord[]> {
    return this.#cached(`s ${name}`, () => this.#dns.srv(name))
  }

  a(name: string): Promise<readonly string[]> {
    return this.#cached(`4 ${name}`, () => this.#dns.a(name))
  }

  aaaa(name: string): Promise<readonly string[]> {
    return this.#cached(`6 ${name}`, () => this.#dns.aaaa(name))
  }

  /** The first letter of a key says what the answer holds. Never rejects: a fault of DNS is no record. */
  #cached<T>(key: string, ask: () => Promise<DnsAnswer<T>>): Promise<readonly T[]> {
    const known = this.#entries.get(key)
    if (known !== undefined && this.#now() < known.untilMs) return known.answer as Promise<readonly T[]>
    this.#entries.delete(key)
    const keep = (ms: number) => (entry.untilMs = this.#now() + ms)
    const answer = ask().then(
      ({ records, ttlS }) => {
        const tellsMs = ttlS === undefined ? usualMs : ttlS * 1000
        keep(records.length === 0 ? nothingMs : Math.min(Math.max(tellsMs, shortestMs), longestMs))
        return records
      },
      () => {
        keep(faultMs)
        return []
      },
    )
    // Until it is answered everybody waits for the same one.
    const entry: Entry = { answer, untilMs: Infinity }
    this.#entries.set(key, entry)
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= mostNames) break
      this.#entries.delete(oldest)
    }
    return answer
  }
}
