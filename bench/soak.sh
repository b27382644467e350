#!/usr/bin/env bash
# Trains, predicts from several threads, saves and loads for some minutes, with processes killed at random, and prints one line of verdict: bench/soak.sh [minutes]. See bench/README.md.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
dotnet build -c Release -v q --nologo "$here/Autograd.Soak" >&2
exec "$here/Autograd.Soak/bin/Release/net10.0/Autograd.Soak" "${1:-5}"
