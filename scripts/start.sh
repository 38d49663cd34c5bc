#!/bin/sh
# `npm start`: installs what is missing, builds the page, serves. The last step replaces this shell, so that SIGTERM
# reaches the server.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh
. scripts/env.sh
echo "holdfast: building the page …"
vite build apps/chat --logLevel warn
exec node apps/chat/serve.ts
