// Branded identifiers. They are strings everywhere; the brand only keeps one kind from being passed as another.

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

/** A message as its sender knows it: 16 lower-case hex digits (partition 2, epoch 6, counter 8). */
export type MessageId = Branded<'MessageId'>
/** One delivery in a lane. A segment of a message that left in one piece has the message's own id. */
export type DeliveryId = Branded<'DeliveryId'>
/** What authenticates: an SMPP system_id's account. */
export type AccountId = Branded<'AccountId'>
/** One link to a vendor. */
export type ConnectionId = Branded<'ConnectionId'>
/** Whom we send through; vendor message ids are unique per vendor, not per connection. */
export type VendorId = Branded<'VendorId'>
/** A FIFO of deliveries. */
export type LaneKey = Branded<'LaneKey'>
