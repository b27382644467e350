#!/usr/bin/env bash
# This library beside its peers, in one run: bench/side-by-side.sh [--quick] [--only NAME] [--tsv FILE]. How to read it: bench/README.md.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
dotnet build -c Release -v quiet --nologo "$here/Autograd.SideBySide/Autograd.SideBySide.csproj" >&2
exec "$here/Autograd.SideBySide/bin/Release/net10.0/Autograd.SideBySide" "$@"
