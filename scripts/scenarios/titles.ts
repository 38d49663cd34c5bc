/**
 * Which tests ran and passed: the JSON reports of vitest and Playwright, read.
 *
 * Owns: the two shapes. Does not know: scenarios. A test that was skipped, or is expected to fail, has shown nothing.
 */
interface VitestReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[]
  }[]
}

interface PlaywrightSuite {
  readonly suites?: readonly PlaywrightSuite[]
  readonly specs?: readonly {
    readonly title: string
    readonly tests: readonly { readonly status: string; readonly expectedStatus: string }[]
  }[]
}

/** The own titles of the tests, without those of the groups around them. */
export function passedInVitest(json: string): readonly string[] {
  const { testResults } = JSON.parse(json) as VitestReport
  return testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'passed').map(({ title }) => title),
  )
}

export function passedInPlaywright(json: string): readonly string[] {
  return titlesOf(JSON.parse(json) as PlaywrightSuite)
}

function titlesOf({ suites = [], specs = [] }: PlaywrightSuite): readonly string[] {
  const passed = specs.filter(
    ({ tests }) =>
      tests.length > 0 &&
      tests.every(({ status, expectedStatus }) => status === 'expected' && expectedStatus === 'passed'),
  )
  return [...passed.map(({ title }) => title), ...suites.flatMap(titlesOf)]
}
