#!/bin/sh
# A TCP proxy whose network fails on demand. Prints the path of its server's binary.
set -eu
exec "$(dirname "$0")/go-tool.sh" toxiproxy 2.12.0 github.com/Shopify/toxiproxy/v2/cmd/server
