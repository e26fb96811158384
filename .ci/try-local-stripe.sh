#!/usr/bin/env bash
# Installs the local Stripe's tarball in an empty folder, starts its command, and runs the README's programs in Node,
# Python and Go against it. Each must print the URL of a portal page that opens.
set -euo pipefail

package=$(cd "$(dirname "$0")/../packages/local-stripe" && pwd)
sdk_of_node=$(node -p "require('$package/../../package.json').dependencies.stripe")
sdk_of_python=16.1.0
sdk_of_go=v85.0.0

work=$(mktemp -d)
server=
finish() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

# The first block of a language in the README.
block() { awk -v fence="\`\`\`$1" '$0 == fence { on = 1; next } /^```$/ { if (on) exit } on' "$package/README.md"; }

must_open() {
  local url
  url=$(grep -o 'http://127.0.0.1:12111/p/session/[^ ]*' | head -1)
  curl --silent --fail --output /dev/null "$url"
  echo "$1: the portal page opens"
}

mkdir "$work/app"
(cd "$package" && npm pack --silent --ignore-scripts --pack-destination "$work" >/dev/null)
cd "$work/app"
npm init --yes >/dev/null
# Run this on the oldest Node of `engines`: Fastify's light-my-request after 6.6.0 needs Node 22.
timeout 300 npm install --engine-strict --silent --ignore-scripts --no-audit --no-fund "$work"/billing-portal-local-stripe-*.tgz
echo "installed: $(npm ls --all --parseable | tail -n +2 | wc -l) packages, $(du -sh node_modules | cut -f1)"

timeout 60 npx --no-install billing-portal-local-stripe --version
# Not by npx, which does not pass a signal on.
node_modules/.bin/billing-portal-local-stripe --seed demo >"$work/server.log" 2>&1 &
server=$!
timeout 60 sh -c "until grep -q '^Local Stripe: http://127.0.0.1:12111' '$work/server.log'; do sleep 0.2; done" ||
  { cat "$work/server.log" >&2; exit 1; }

timeout 300 npm install --silent --ignore-scripts --no-audit --no-fund "stripe@$sdk_of_node"
block js >app.mjs
timeout 60 node app.mjs | must_open "Node, stripe $sdk_of_node"

timeout 300 python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
  --target "$work/python" "stripe==$sdk_of_python"
block python >app.py
PYTHONPATH="$work/python" timeout 60 python3 app.py | must_open "Python, stripe $sdk_of_python"

mkdir "$work/go"
block go >"$work/go/main.go"
cd "$work/go"
go mod init example >/dev/null 2>&1
timeout 300 go get "github.com/stripe/stripe-go/v85@$sdk_of_go" >/dev/null 2>&1
timeout 300 go run . | must_open "Go, stripe-go $sdk_of_go"
