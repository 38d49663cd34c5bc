/** Writes `holdfast.json`, which names the agents of a static build (docs/STATIC.md). */
import type { Plugin } from 'vite'

/** Without an address nothing is written: the file is then made by hand. */
export function agentsFile(url: string | undefined): Plugin {
  return {
    name: 'agents-file',
    apply: 'build',
    generateBundle() {
      if (!url) {
        this.info('holdfast.json is not written: it names the agents, and AGUI_URL is not set (docs/STATIC.md).')
        return
      }
      const { host } = new URL(url)
      const source = JSON.stringify({ agents: [{ agentId: 'agent', title: host, url }] }, undefined, 2)
      this.emitFile({ type: 'asset', fileName: 'holdfast.json', source: `${source}\n` })
    },
  }
}
