#!/bin/sh
# Installs kubernetes-validate, which brings the schemas of Kubernetes, into a folder of its own and prints the path of its program. Instant when it was installed
# before. Two runs at once both succeed: each installs aside, and a rename decides.
set -eu

version=1.37.0
parts="${XDG_CACHE_HOME:-$HOME/.cache}/billing-portal-graphql/parts"
folder="$parts/kubernetes-validate-$version"
program="$folder/bin/kubernetes-validate"

if [ ! -x "$program" ]; then
  mkdir -p "$parts"
  work=$(mktemp -d "$parts/.build-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
    --target "$work/packages" "kubernetes-validate==$version" >&2
  # By a path of its own, which a virtual environment would not outlive the rename with.
  mkdir "$work/bin"
  cat >"$work/bin/kubernetes-validate" <<'SH'
#!/bin/sh
PYTHONPATH="$(dirname "$0")/../packages" exec python3 -c \
  'import sys; sys.argv[0] = "kubernetes-validate"; from kubernetes_validate.__main__ import main; sys.exit(main())' "$@"
SH
  chmod +x "$work/bin/kubernetes-validate"
  mkdir -p "$folder"
  mv -T "$work/packages" "$folder/packages" 2>/dev/null || [ -d "$folder/packages" ]
  mv -T "$work/bin" "$folder/bin" 2>/dev/null || [ -x "$program" ]
fi

echo "$program"
