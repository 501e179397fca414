#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Rewrite the three lock files from pyproject.toml. Needs uv; installing from the locks needs only pip.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() { uv pip compile --universal --generate-hashes --no-header --python-version 3.11 --quiet pyproject.toml "$@"; }

compile --group build -o requirements/core.txt                       # demo: the library and what builds it
compile --group dev -o requirements/dev.txt                          # make test
floors=$(mktemp)
trap 'rm -f "$floors"' EXIT
compile --resolution lowest-direct --no-annotate -o "$floors"        # the lowest versions pyproject.toml allows ...
sed -n 's/^\([a-z][^ ]*==[^ ]*\).*/\1/p' "$floors" > "$floors.in"
compile --group dev --constraint "$floors.in" --no-annotate -o requirements/lowest.txt   # ... with today's test tools
rm -f "$floors.in"
