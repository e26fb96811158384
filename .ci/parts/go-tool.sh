#!/bin/sh
# go-tool.sh NAME VERSION PACKAGE: builds a tool that is one Go program, and prints the path of its binary. Instant when
# it was built before. Two runs at once both succeed: each builds aside, and a rename decides.
set -eu

name=$1 version=$2 package=$3
parts="${XDG_CACHE_HOME:-$HOME/.cache}/billing-portal-graphql/parts"
binary="$parts/$name-$version"

if [ ! -x "$binary" ]; then
  mkdir -p "$parts"
  work=$(mktemp -d "$parts/.build-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM
  GOBIN="$work" CGO_ENABLED=0 go install -trimpath "$package@v$version" >&2
  mv "$work"/* "$binary"
fi

echo "$binary"
