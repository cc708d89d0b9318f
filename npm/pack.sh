#!/usr/bin/env bash
# Packs the npm packages: that of one platform with its binary, and the one that starts it.
#   npm/pack.sh PLATFORM BINARY FOLDER      e.g. npm/pack.sh linux-x64 target/release/watertight dist
set -euo pipefail
platform=${1:?the platform, as in linux-x64} binary=$(realpath "${2:?the binary}") folder=${3:?where to put the tarballs}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$folder"
folder=$(realpath "$folder")

# The version is that of the crate, wherever it is written.
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$here/../Cargo.toml" | head -n 1)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/platform" "$work/main"
cp "$binary" "$here/../LICENSE" "$work/platform"
chmod 755 "$work/platform/$(basename "$binary")"
cat >"$work/platform/package.json" <<END
{
  "name": "watertight-$platform",
  "version": "$version",
  "description": "The binary of watertight for $platform.",
  "license": "MIT",
  "os": ["${platform%-*}"],
  "cpu": ["${platform#*-}"]
}
END
cp "$here/package.json" "$here/watertight.js" "$here/../README.md" "$here/../LICENSE" "$work/main"
sed -i.old "s/\"0\.1\.0\"/\"$version\"/" "$work/main/package.json"
for part in platform main; do
    (cd "$work/$part" && npm pack --silent --pack-destination "$folder")
done
