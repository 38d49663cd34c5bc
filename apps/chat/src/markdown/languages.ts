/** The highlighted languages, by the names people use; each grammar is a file of its own, loaded when first needed. */
import type { LanguageRegistration } from 'shiki/core'

type Load = () => Promise<{ readonly default: LanguageRegistration[] }>

interface Language {
  readonly title: string
  /** The names after a fence. */
  readonly names: readonly string[]
  readonly load: Load
}

const LANGUAGES: readonly Language[] = [
  { title: 'Bash', names: ['bash', 'sh', 'shell', 'zsh', 'console'], load: () => import('shiki/langs/bash.mjs') },
  { title: 'C', names: ['c', 'h'], load: () => import('shiki/langs/c.mjs') },
  { title: 'C++', names: ['cpp', 'c++', 'cc', 'hpp'], load: () => import('shiki/langs/cpp.mjs') },
  { title: 'C#', names: ['csharp', 'c#', 'cs'], load: () => import('shiki/langs/csharp.mjs') },
  { title: 'CSS', names: ['css'], load: () => import('shiki/langs/css.mjs') },
  { title: 'Diff', names: ['diff', 'patch'], load: () => import('shiki/langs/diff.mjs') },
  { title: 'Dockerfile', names: ['dockerfile', 'docker'], load: () => import('shiki/langs/docker.mjs') },
  { title: 'Elixir', names: ['elixir', 'ex', 'exs'], load: () => import('shiki/langs/elixir.mjs') },
  { title: 'Go', names: ['go', 'golang'], load: () => import('shiki/langs/go.mjs') },
  { title: 'GraphQL', names: ['graphql', 'gql'], load: () => import('shiki/langs/graphql.mjs') },
  { title: 'Haskell', names: ['haskell', 'hs'], load: () => import('shiki/langs/haskell.mjs') },
  { title: 'HTML', names: ['html', 'htm'], load: () => import('shiki/langs/html.mjs') },
  { title: 'INI', names: ['ini', 'conf'], load: () => import('shiki/langs/ini.mjs') },
  { title: 'Java', names: ['java'], load: () => import('shiki/langs/java.mjs') },
  { title: 'JavaScript', names: ['javascript', 'js', 'mjs', 'cjs'], load: () => import('shiki/langs/javascript.mjs') },
  { title: 'JSON', names: ['json', 'jsonc', 'json5'], load: () => import('shiki/langs/jsonc.mjs') },
  { title: 'JSX', names: ['jsx'], load: () => import('shiki/langs/jsx.mjs') },
  { title: 'Kotlin', names: ['kotlin', 'kt'], load: () => import('shiki/langs/kotlin.mjs') },
  { title: 'Lua', names: ['lua'], load: () => import('shiki/langs/lua.mjs') },
  { title: 'Makefile', names: ['makefile', 'make'], load: () => import('shiki/langs/make.mjs') },
  { title: 'Markdown', names: ['markdown', 'md'], load: () => import('shiki/langs/markdown.mjs') },
  { title: 'PHP', names: ['php'], load: () => import('shiki/langs/php.mjs') },
  { title: 'PowerShell', names: ['powershell', 'ps1'], load: () => import('shiki/langs/powershell.mjs') },
  { title: 'Python', names: ['python', 'py'], load: () => import('shiki/langs/python.mjs') },
  { title: 'R', names: ['r'], load: () => import('shiki/langs/r.mjs') },
  { title: 'Ruby', names: ['ruby', 'rb'], load: () => import('shiki/langs/ruby.mjs') },
  { title: 'Rust', names: ['rust', 'rs'], load: () => import('shiki/langs/rust.mjs') },
  { title: 'Scala', names: ['scala'], load: () => import('shiki/langs/scala.mjs') },
  { title: 'SQL', names: ['sql', 'postgres', 'sqlite', 'mysql'], load: () => import('shiki/langs/sql.mjs') },
  { title: 'Swift', names: ['swift'], load: () => import('shiki/langs/swift.mjs') },
  { title: 'TOML', names: ['toml'], load: () => import('shiki/langs/toml.mjs') },
  { title: 'TSX', names: ['tsx'], load: () => import('shiki/langs/tsx.mjs') },
  { title: 'TypeScript', names: ['typescript', 'ts', 'mts'], load: () => import('shiki/langs/typescript.mjs') },
  { title: 'XML', names: ['xml', 'svg'], load: () => import('shiki/langs/xml.mjs') },
  { title: 'YAML', names: ['yaml', 'yml'], load: () => import('shiki/langs/yaml.mjs') },
]

const BY_NAME = new Map(LANGUAGES.flatMap((language) => language.names.map((name) => [name, language] as const)))

/** The language a fence names, or undefined: its code is shown without colours. */
export function languageOf(name: string): Language | undefined {
  return BY_NAME.get(name.toLowerCase())
}
