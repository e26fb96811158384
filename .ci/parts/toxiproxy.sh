#!/bin/sh
# Builds toxiproxy, a TCP proxy whose network fails on demand, and prints the path of its server's binary.
# Instant when it was built before. Two runs at once both succeed: each builds aside, and a rename decides.
set -eu

version=2.12.0
parts="${XDG_CACHE_HOME:-$HOME/.cache}/billing-portal-graphql/parts"
binary="$parts/toxiproxy-$version"

if [ ! -x "$binary" ]; then
  mkdir -p "$parts"
  work=$(mktemp -d "$parts/.build-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM
  GOBIN="$work" CGO_ENABLED=0 go install -trimpath "github.com/Shopify/toxiproxy/v2/cmd/server@v$version" >&2
  mv "$work/server" "$binary"
fi

echo "$binary"
