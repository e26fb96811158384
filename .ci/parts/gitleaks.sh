#!/bin/sh
# Finds secrets in a history. Prints the path of its binary.
set -eu
exec "$(dirname "$0")/go-tool.sh" gitleaks 8.30.1 github.com/zricethezav/gitleaks/v8
