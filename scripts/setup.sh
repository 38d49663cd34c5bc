#!/bin/sh
# Installs what is missing, and only then. With `--tests` also what the tests need.
set -eu
cd "$(dirname "$0")/.."
if ! command -v node >/dev/null 2>&1; then
  echo "Holdfast needs Node 20 or newer to install itself; no 'node' was found. Install Node (on Debian: apt-get install nodejs npm) and run this again." >&2
  exit 1
fi
exec node scripts/setup.mjs "$@"
