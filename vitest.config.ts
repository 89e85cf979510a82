// How tests run: two processes at most, since some of them start the daemon; the long ones only by `vitest run --mode long`.
import { defineConfig } from 'vitest/config'

export default defineConfig(({ mode }) => {
  const isLong = mode === 'long'
  return {
    test: {
      include: isLong ? ['test/long/**/*.test.ts'] : ['src/**/*.test.ts', 'test/**/*.test.ts', 'web/**/*.test.ts'],
      exclude: isLong ? [] : ['test/long/**'],
      // The daemon that flow tests start must be that of the sources.
      globalSetup: ['test/flow/build.ts'],
      pool: 'forks',
      maxWorkers: isLong ? 1 : 2,
      testTimeout: isLong ? 1_800_000 : 20_000,
      hookTimeout: isLong ? 300_000 : 20_000,
      teardownTimeout: 10_000,
      restoreMocks: true,
    },
  }
})
