#!/usr/bin/env bash
# The networks of examples/Mnist.cs with this library and with PyTorch, same epochs: bench/mnist.sh [--quick] [dense] [conv]. See bench/README.md.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
declare -A epochs=([dense]=8 [conv]=6)
networks=()
for argument in "$@"; do
    case "$argument" in
        --quick) epochs=([dense]=1 [conv]=1) ;;
        dense | conv) networks+=("$argument") ;;
        *) echo "usage: mnist.sh [--quick] [dense] [conv]" >&2; exit 2 ;;
    esac
done
[ ${#networks[@]} -gt 0 ] || networks=(dense conv)

python="${PEER_PYTHON:-/usr/bin/python3}"
data="${AUTOGRAD_DATA:-}/mnist"
[ -e "$data/train-images-idx3-ubyte.gz" ] || data="${XDG_DATA_HOME:-$HOME/.local/share}/autograd/mnist" # where the library keeps what it fetched
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work" # for the reports that the example writes

# Python in the settings in which PyTorch is fastest, as bench/Autograd.SideBySide/Peer.cs makes them.
peer() {
    local blas flags capability=()
    blas="$(ls -d /usr/lib/*/openblas-openmp 2>/dev/null | head -n 1 || true)"
    flags=" $(grep -m 1 '^flags' /proc/cpuinfo 2>/dev/null || true) "
    if [[ "$flags" == *" avx512f "* && "$flags" == *" avx512bw "* && "$flags" == *" avx512dq "* ]]; then capability=(ATEN_CPU_CAPABILITY=avx512); fi
    env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE -u OPENBLAS_NUM_THREADS OMP_NUM_THREADS="$(nproc)" OMP_WAIT_POLICY=active \
        MALLOC_MMAP_THRESHOLD_=17179869184 MALLOC_TRIM_THRESHOLD_=17179869184 "${capability[@]}" LD_LIBRARY_PATH="${blas:+$blas:}${LD_LIBRARY_PATH:-}" "$python" "$@"
}
reason=""
"$python" -c 'import torch' 2>/dev/null || reason="there is no PyTorch for $python (Debian: python3-torch)"

dotnet build -c Release -v quiet --nologo "$here/../examples/Mnist.cs" >&2
printf '%-8s %7s %12s %12s %12s %12s %12s\n' network epochs "ours, s" "accuracy, %" "peer, s" "accuracy, %" "peer / ours"
for network in "${networks[@]}"; do
    # The example's last line: "dense: test accuracy 98.12 % after 8 epochs in 12.3 s; ..."
    line="$(dotnet run -c Release --no-build "$here/../examples/Mnist.cs" -- "$network" --epochs "${epochs[$network]}" | tail -n 1)"
    [[ "$line" =~ accuracy\ ([0-9.]+).*\ in\ ([0-9.]+)\ s ]] || { echo "unexpected: $line" >&2; exit 1; }
    accuracy="${BASH_REMATCH[1]}" seconds="${BASH_REMATCH[2]}"
    [ -n "$reason" ] || [ -e "$data/train-images-idx3-ubyte.gz" ] || reason="the data are not in $data"
    if [ -n "$reason" ]; then
        printf '%-8s %7s %12s %12s %12s\n' "$network" "${epochs[$network]}" "$seconds" "$accuracy" "none"
        continue
    fi
    read -r _ peer_seconds peer_accuracy < <(peer "$here/mnist.py" "$data" "${epochs[$network]}" "$network")
    printf '%-8s %7s %12s %12s %12s %12s %12s\n' "$network" "${epochs[$network]}" "$seconds" "$accuracy" "$peer_seconds" "$peer_accuracy" \
        "$(awk -v a="$peer_seconds" -v b="$seconds" 'BEGIN { printf "%.2f", a / b }')"
done
[ -z "$reason" ] || echo "Without the peer: $reason."
