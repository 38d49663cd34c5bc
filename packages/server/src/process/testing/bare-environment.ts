/**
 * What a program that a test starts is given of the test's own environment: where programs and their caches are, and
 * nothing that sets up Holdfast.
 */
export function bareEnvironment(): Record<string, string> {
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '' } = process.env
  return { PATH, HOME, NODE_COMPILE_CACHE }
}
