#!/usr/bin/env bash
# Installs the programs of others that tests talk to (Debian packages), only those missing. May be run again at any time.
set -euo pipefail

# program:package
peers=(bearerbox:kannel smsbox:kannel strace:strace chromium-headless-shell:chromium-headless-shell sipp:sip-tester baresip:baresip-core)

PATH="$PATH:/usr/sbin:/sbin"
missing=()
for peer in "${peers[@]}"; do
  program="${peer%%:*}"
  package="${peer##*:}"
  if ! command -v "$program" >/dev/null && [[ " ${missing[*]-} " != *" $package "* ]]; then
    missing+=("$package")
  fi
done

if [ "${#missing[@]}" -eq 0 ]; then
  echo "install-peers: all there"
  exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "install-peers: missing ${missing[*]}; not root, so nothing is installed (tests that need them are skipped)"
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  echo "install-peers: missing ${missing[*]}; no apt-get here, so nothing is installed (tests that need them are skipped)"
  exit 0
fi

echo "install-peers: installing ${missing[*]}"
# RUNLEVEL=1 keeps packages from starting their services: tests start their own, on their own ports.
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
apt-get update -qq </dev/null
apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null
