import { describe, expect, it } from 'vitest'
import { Counter, maxSeries } from './counter.js'
import { createMetrics } from './metrics.js'

const linesOf = (text: string, name: string): string[] => text.split('\n').filter((line) => line.startsWith(name))

describe('Counter', () => {
  it('counts by labels, and by an index kept by the caller', () => {
    const counter = new Counter<[string, number]>([
      undefined,
      (status) => (status === 0 ? 'ok' : `0x${status.toString(16)}`),
    ])
    counter.count('in', 0)
    const index = counter.index('in', 0x58)
    counter.add(index, 5)
    counter.count('in', 0x58)
    counter.count('out', 0)
    expect(counter.rows()).toEqual([
      { labels: ['in', 'ok'], value: 1 },
      { labels: ['in', '0x58'], value: 6 },
      { labels: ['out', 'ok'], value: 1 },
    ])
  })

  it('keeps a bounded number of series, whatever peers send', () => {
    const counter = new Counter<[number]>()
    for (let status = 0; status < maxSeries + 500; status++) counter.count(status)
    counter.count(1)
    const rows = counter.rows()
    expect(rows).toHaveLength(maxSeries + 1)
    expect(rows[1]).toEqual({ labels: ['1'], value: 2 })
    expect(rows[maxSeries]).toEqual({ labels: ['other'], value: 500 })
  })
})

describe('createMetrics', () => {
  it('renders counters, histograms and gauges in Prometheus’ format', async () => {
    const metrics = createMetrics({ processMetrics: false, commandText: (id) => (id === 4 ? 'submit_sm' : String(id)) })
    metrics.pdus.count('ingress', 4, '')
    metrics.pdus.count('ingress', 4, '')
    metrics.acceptSeconds.record(0.0003)
    metrics.acceptSeconds.record(99)
    metrics.gauge('sessions', () => [{ labels: { edge: 'esme', name: 'a"b', mode: 'trx' }, value: 2 }])
    metrics.gauge('sessions', () => [{ labels: { edge: 'vendor', name: 'v', mode: 'tx' }, value: 1 }])
    const text = await metrics.render()
    expect(linesOf(text, 'smswitch_pdus_total')).toEqual([
      'smswitch_pdus_total{direction="ingress",command="submit_sm",status=""} 2',
    ])
    expect(linesOf(text, 'smswitch_commits_total')).toEqual(['smswitch_commits_total 0'])
    expect(linesOf(text, 'smswitch_sessions')).toEqual([
      'smswitch_sessions{edge="esme",name="a\\"b",mode="trx"} 2',
      'smswitch_sessions{edge="vendor",name="v",mode="tx"} 1',
    ])
    expect(linesOf(text, 'smswitch_accept_seconds')).toEqual(
      expect.arrayContaining([
        'smswitch_accept_seconds_bucket{le="0.0002"} 0',
        'smswitch_accept_seconds_bucket{le="0.0004"} 1',
        'smswitch_accept_seconds_bucket{le="+Inf"} 2',
        'smswitch_accept_seconds_sum 99.0003',
        'smswitch_accept_seconds_count 2',
      ]),
    )
    expect(text).toContain('# TYPE smswitch_accept_seconds histogram')
    expect(text).toContain('# TYPE smswitch_pdus_total counter')
  })

  it('counts on between scrapes and drops series that a gauge no longer has', async () => {
    const metrics = createMetrics({ processMetrics: false })
    let rows = [{ labels: { connection: 'a' }, value: 1 }]
    metrics.gauge('queueDepth', () => rows)
    metrics.resends.count('a')
    await metrics.render()
    rows = []
    metrics.resends.count('a')
    const text = await metrics.render()
    expect(linesOf(text, 'smswitch_resends_total')).toEqual(['smswitch_resends_total{connection="a"} 2'])
    expect(linesOf(text, 'smswitch_queue_depth')).toEqual([])
  })

  it('shows the process and the lag of the event loop, of each daemon for itself', async () => {
    const text = await createMetrics().render()
    expect(text).toContain('process_cpu_seconds_total')
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds')
    expect(await createMetrics().render()).toContain('process_resident_memory_bytes')
  })
})
