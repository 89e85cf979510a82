// What it means that a field is not in a call detail record. Most lines would say the same of most fields, so they leave them out.

/** What a record says of `error` by saying nothing. */
export const NO_ERROR = '000'
/** The same of exchange rates: the price is in the base currency. */
export const NO_EXCHANGE = '1'

export type RecordRow = Readonly<Record<string, unknown>>

/** A record with all fields of docs/money.md, in their order; whatever else is in it comes last. */
export function wholeRecord(row: RecordRow): RecordRow {
  const { vendorPrice, segments = 0, currency } = row
  const isPriced = vendorPrice !== undefined
  return {
    version: row['version'],
    message: row['message'],
    id: row['message'],
    part: 1,
    parts: 1,
    source: row['source'],
    destination: row['destination'],
    acceptedAtMs: row['acceptedAtMs'],
    sentAtMs: row['sentAtMs'],
    doneAtMs: row['doneAtMs'],
    state: row['state'],
    error: NO_ERROR,
    direction: row['direction'],
    customer: row['customer'],
    account: row['account'],
    mcc: '',
    mnc: '',
    policy: '',
    vendor: '',
    connection: '',
    segments: 0,
    currency,
    units: row['units'],
    price: row['price'],
    priceCurrency: currency,
    priceExchange: NO_EXCHANGE,
    amount: row['amount'],
    vendorUnits: segments,
    vendorPrice: 0,
    vendorCurrency: isPriced ? currency : '',
    vendorExchange: isPriced ? NO_EXCHANGE : '',
    vendorAmount: 0,
    held: [],
    ...row,
  }
}
