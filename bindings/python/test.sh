#!/usr/bin/env bash
# Builds the wheel, installs it and all that its tests need into `.venv`, and runs them. Ends with pytest's own closing line;
# fails if a test fails or is skipped.
set -euo pipefail
cd "$(dirname "$0")"

# On a bare Debian: what venvs are made with, and the Java that Spark runs on.
missing=()
python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
command -v java >/dev/null || missing+=(openjdk-17-jre-headless)
if [ ${#missing[@]} -gt 0 ]; then
  apt-get update -qq
  apt-get install -y -qq "${missing[@]}" >/dev/null
fi

[ -x .venv/bin/python ] || python3 -m venv .venv
.venv/bin/pip install --quiet --requirement tests/requirements.txt

rm -rf dist
.venv/bin/maturin build --quiet --release --locked --out dist
size=$(stat -c %s dist/*.whl)
echo "the wheel: $((size / 1024)) KiB"
[ "$size" -le $((6 * 1024 * 1024)) ] || { echo "the wheel is larger than 6 MiB" >&2; exit 1; }
.venv/bin/pip install --quiet --force-reinstall --no-deps dist/*.whl

.venv/bin/python -m pytest --quiet
