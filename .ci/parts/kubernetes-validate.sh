#!/bin/sh
# Installs kubernetes-validate, which brings the schemas of Kubernetes, and prints the path of its program.
exec "$(dirname "$0")/pip-tool.sh" kubernetes-validate 1.37.0 'from kubernetes_validate.__main__ import main; sys.exit(main())'
