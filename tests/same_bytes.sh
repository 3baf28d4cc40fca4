#!/usr/bin/env bash
# The wheel of each Python makes equal bytes: the hashes that tests/wheel.sh wrote are the same in all files.
# usage: tests/same_bytes.sh DIGESTS DIGESTS...
set -euo pipefail
[ $# -ge 2 ] || { echo "give the files of two Pythons or more"; exit 2; }
for file in "$@"; do
  [ -s "$file" ] || { echo "$file holds no hash"; exit 1; }
  cmp -- "$1" "$file"
done
echo "$# Pythons made the same bytes:"
cat -- "$1"
