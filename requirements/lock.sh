#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Rewrite the lock files from pyproject.toml and *.in. Needs uv; installing from the locks needs only pip.
set -euo pipefail
cd "$(dirname "$0")/.."
lock() { uv pip compile --universal --generate-hashes --no-header --python-version 3.11 --quiet "$@"; }
compile() { lock pyproject.toml "$@"; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

compile --group build -o requirements/core.txt                       # demo: the library and what builds it
compile --group dev -o requirements/dev.txt                          # make test
compile --resolution lowest-direct --no-annotate -o "$scratch/floors"        # the lowest versions pyproject.toml allows ...
sed -n 's/^\([a-z][^ ]*==[^ ]*\).*/\1/p' "$scratch/floors" > "$scratch/floors.in"
compile --group dev --constraint "$scratch/floors.in" --no-annotate -o requirements/lowest.txt   # ... with today's test tools

# What stands in places of its own. torch is left out here: the peers name a newer one than they need, and which build
# fits depends on the machine.
printf "torch ; python_version < '3'\ntorchvision ; python_version < '3'\n" > "$scratch/without-torch"
lock requirements/mlserver.in -o requirements/mlserver.txt
compile --group build requirements/veritas.in -o requirements/veritas.txt
compile --group build requirements/peers.in --override "$scratch/without-torch" -o requirements/peers.txt

# Second steps after dev.txt, without what that already holds.
lock requirements/torch.in --constraint requirements/dev.txt -o requirements/torch.txt
lock requirements/compiled.in --constraint requirements/dev.txt --no-emit-package numpy -o requirements/compiled.txt
