#!/bin/sh
# Builds stripe-mock, Stripe's own stand-in that checks requests against its OpenAPI file, and prints the path
# of its binary; the file lies beside it as openapi-spec3.json. Instant when it was built before. Two runs at
# once both succeed: each builds aside, and a rename decides.
set -eu

version=0.203.0
parts="${XDG_CACHE_HOME:-$HOME/.cache}/billing-portal-graphql/parts"
folder="$parts/stripe-mock-$version"
binary="$folder/stripe-mock"

if [ ! -x "$binary" ]; then
  module="github.com/stripe/stripe-mock@v$version"
  mkdir -p "$parts"
  work=$(mktemp -d "$parts/.build-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM
  {
    GOBIN="$work" CGO_ENABLED=0 go install -trimpath "$module"
    cp "$(go env GOMODCACHE)/$module/embedded/openapi/spec3.json" "$work/openapi-spec3.json"
    chmod 644 "$work/openapi-spec3.json"
  } >&2
  # The binary last: where it is, the file is too.
  mkdir -p "$folder"
  mv "$work/openapi-spec3.json" "$folder/"
  mv "$work/stripe-mock" "$binary"
fi

echo "$binary"
