/** How the page is built and, in development, where it finds the server: /v1 goes to HOLDFAST_SERVER. */
import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const server = process.env.HOLDFAST_SERVER ?? 'http://127.0.0.1:4400'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [tailwind(), react()],
  // The page's CSP allows no data: scripts or fonts, and a small file of its own is cached like every other.
  build: { outDir: 'dist', emptyOutDir: true, assetsInlineLimit: 0, target: 'es2023' },
  server: { proxy: { '/v1': { target: server } } },
})
