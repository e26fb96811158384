#!/bin/sh
# pip-tool.sh NAME VERSION START: installs a tool from PyPI into a folder of its own, and prints the path of its program, which
# runs the Python code START. Instant when it was installed before. Two runs at once both succeed: each installs aside,
# and a rename decides.
set -eu

name=$1 version=$2 start=$3
parts="${XDG_CACHE_HOME:-$HOME/.cache}/billing-portal-graphql/parts"
folder="$parts/$name-$version"
program="$folder/bin/$name"

if [ ! -x "$program" ]; then
  mkdir -p "$parts"
  work=$(mktemp -d "$parts/.build-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
    --target "$work/packages" "$name==$version" >&2
  # By a path of its own, which a virtual environment would not outlive the rename with.
  mkdir "$work/bin"
  cat >"$work/bin/$name" <<SH
#!/bin/sh
PYTHONPATH="\$(dirname "\$0")/../packages" exec python3 -c \
  'import sys; sys.argv[0] = "$name"; $start' "\$@"
SH
  chmod +x "$work/bin/$name"
  mkdir -p "$folder"
  mv -T "$work/packages" "$folder/packages" 2>/dev/null || [ -d "$folder/packages" ]
  mv -T "$work/bin" "$folder/bin" 2>/dev/null || [ -x "$program" ]
fi

echo "$program"
