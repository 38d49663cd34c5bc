#!/bin/sh
# `npm run serve`: serves what is installed and built.
set -eu
cd "$(dirname "$0")/.."
. scripts/env.sh
exec node apps/chat/serve.ts
