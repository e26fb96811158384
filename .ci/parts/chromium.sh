#!/bin/sh
# Installs Debian's Chromium and its form without windows where they are not on the PATH, and prints their paths.
# Tests run without the latter, but take more CPU.
set -eu

find_or_install() {
  command -v "$1" && return
  {
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends "$1"
  } >&2
  command -v "$1"
}

find_or_install chromium
find_or_install chromium-headless-shell || true
