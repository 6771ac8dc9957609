#!/usr/bin/env bash
# fetch_digits.sh OUT: takes the digits table out of Debian's package python3-sklearn, without
# installing it or anything that it depends on.
set -euo pipefail
out=$(realpath -m "$1")
if ! command -v apt-get >/dev/null; then
  echo "This system has no apt-get to fetch the demo's table with: make demo DATA=my.csv TARGET=y" >&2
  exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"
echo "Fetching the digits table (package python3-sklearn, 2 MB)"
apt-get download -qq python3-sklearn >/dev/null 2>&1 || {
  echo "apt-get cannot fetch python3-sklearn; is the package list up to date (apt-get update)?" >&2
  exit 1
}
dpkg-deb --fsys-tarfile python3-sklearn_*.deb |
  tar -x --wildcards --strip-components=8 './usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz'
mv digits.csv.gz "$out"
