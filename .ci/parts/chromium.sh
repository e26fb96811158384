#!/bin/sh
# Installs Debian's Chromium where there is none on the PATH, and prints its path. Instant when there is one.
set -eu

if ! command -v chromium >/dev/null; then
  {
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends chromium
  } >&2
fi

command -v chromium
