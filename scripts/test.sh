#!/bin/sh
# `npm test`: installs what the tests need and runs everything that CI runs.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh --tests
. scripts/env.sh
exec node scripts/check.ts
