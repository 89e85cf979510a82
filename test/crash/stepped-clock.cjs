// Loaded before the daemon (node --require): its wall clock is off by CLOCK_STEP_MS, as after somebody set it. The monotonic clock is not.
const step = Number(process.env.CLOCK_STEP_MS)
const now = Date.now
const Real = Date
globalThis.Date = new Proxy(Real, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now() + step] : args, newTarget),
  get: (target, name) => (name === 'now' ? () => now() + step : Reflect.get(target, name)),
})
