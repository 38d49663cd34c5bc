#!/bin/sh
# `npm run holdfast -- <command>`: the operator's command, with the repository's own Node. The last step replaces this
# shell, so that signals reach it.
set -eu
cd "$(dirname "$0")/.."
. scripts/env.sh
exec node packages/server/src/cli/main.ts "$@"
