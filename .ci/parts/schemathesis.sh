#!/bin/sh
# Installs schemathesis and prints the path of its program.
exec "$(dirname "$0")/pip-tool.sh" schemathesis 4.32.5 'from schemathesis.cli import schemathesis; schemathesis()'
