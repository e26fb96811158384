#!/bin/sh
# Builds FerretDB, a MongoDB-protocol server over SQLite, and prints the path of its binary.
# Instant when it was built before. Two runs at once both succeed: each builds aside, and a rename decides.
set -eu

version=1.24.2
parts="${XDG_CACHE_HOME:-$HOME/.cache}/billing-portal-graphql/parts"
binary="$parts/ferretdb-$version"

if [ -x "$binary" ]; then
  echo "$binary"
  exit
fi

mkdir -p "$parts"
work=$(mktemp -d "$parts/.build-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work"

# `go install` refuses its module, and the binary will not start without a version file that the module
# proxy leaves out: so it is vendored, and the file put back.
cat >go.mod <<GOMOD
module part

go 1.22

require github.com/FerretDB/FerretDB v$version
GOMOD
cat >part.go <<'GO'
//go:build part

package part

import _ "github.com/FerretDB/FerretDB/cmd/ferretdb"
GO

{
  go mod tidy -e
  go mod vendor -e
  echo "v$version" >vendor/github.com/FerretDB/FerretDB/build/version/version.txt
  CGO_ENABLED=0 go build -mod=vendor -trimpath -o ferretdb github.com/FerretDB/FerretDB/cmd/ferretdb
} >&2

mv ferretdb "$binary"
echo "$binary"
