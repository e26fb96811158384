#!/bin/sh
# Unpacks Debian's Redis, which needs no root, and prints the path of its server. Instant when it was unpacked
# before, or when there is one on the PATH. Two runs at once both succeed: each unpacks aside, and a rename decides.
set -eu

if command -v redis-server; then
  exit
fi

parts="${XDG_CACHE_HOME:-$HOME/.cache}/billing-portal-graphql/parts"
folder="$parts/redis"
binary="$folder/redis-server"

if [ ! -x "$binary" ]; then
  mkdir -p "$parts"
  work=$(mktemp -d "$parts/.build-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM
  packages='redis-server redis-tools libatomic1 libjemalloc2 liblzf1'
  {
    cd "$work"
    apt-get download $packages || { apt-get update -qq && apt-get download $packages; }
    mkdir redis
    for package in ./*.deb; do dpkg-deb --extract "$package" redis/root; done
  } >&2
  cat >redis/redis-server <<'SH'
#!/bin/sh
root="$(dirname "$0")/root"
LD_LIBRARY_PATH=$(echo "$root"/usr/lib/*-linux-gnu) exec "$root/usr/bin/redis-server" "$@"
SH
  chmod +x redis/redis-server
  mv -T redis "$folder" 2>/dev/null || [ -x "$binary" ]
fi

echo "$binary"
