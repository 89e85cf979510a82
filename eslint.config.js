// Lint rules of the house: bugs as errors, formatting left to prettier.
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

const pureRooms = [
  'lib',
  'message',
  'text',
  'phone',
  'directory',
  'money',
  'powerpack',
  'pipeline',
  'delivery',
  'receipts',
]

const noDefaultsNoEnums = [
  { selector: 'ExportDefaultDeclaration', message: 'No default exports.' },
  { selector: 'TSEnumDeclaration', message: 'Unions of string literals, not enum.' },
]

const noHiddenNow = {
  selector: "NewExpression[callee.name='Date'][arguments.length=0]",
  message: 'Time is an argument.',
}

const onlyConfigReadsEnv = {
  object: 'process',
  property: 'env',
  message: 'Only cli and main hand the environment to config.',
}

export default defineConfig(
  { ignores: ['dist/', 'data/', 'node_modules/', 'bench/results/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{js,cjs,mjs}'],
    rules: { eqeqeq: 'error', 'no-var': 'error', 'prefer-const': 'error', 'no-unused-vars': 'error' },
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/require-await': 'off',
      'no-restricted-syntax': ['error', ...noDefaultsNoEnums],
      eqeqeq: 'error',
      'prefer-const': 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['**/*.test.ts', '**/*.suite.ts', 'src/cli/**', 'src/main.ts'],
    rules: { 'no-restricted-properties': ['error', onlyConfigReadsEnv] },
  },
  {
    files: pureRooms.map((room) => `src/${room}/**/*.ts`),
    ignores: ['**/*.test.ts', '**/*.suite.ts', 'src/lib/clock.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        'setTimeout',
        'setInterval',
        'setImmediate',
        'performance',
        'process',
        'crypto',
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Time is an argument.' },
        { object: 'Math', property: 'random', message: 'Chance is an argument.' },
        onlyConfigReadsEnv,
      ],
      'no-restricted-syntax': ['error', ...noDefaultsNoEnums, noHiddenNow],
    },
  },
  {
    files: [
      '**/*.test.ts',
      '**/*.suite.ts',
      'test/**/*.ts',
      'bench/**/*.ts',
      'scripts/**/*.ts',
      'src/cli/**/*.ts',
      'src/main.ts',
    ],
    rules: { 'no-console': 'off' },
  },
  // vitest and vite read a default export.
  { files: ['*.config.ts'], rules: { 'no-restricted-syntax': 'off' } },
)
