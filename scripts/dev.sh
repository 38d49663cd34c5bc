#!/bin/sh
# `npm run dev`: server and page, each reloading on change. The page is on Vite's port and sends /v1 to the server.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh
. scripts/env.sh
exec node scripts/dev.ts
