#!/usr/bin/env bash
# Decoding of 512x640 JPEG frames to 472x472 against libturbojpeg alone and Pillow, in turns, a process each. Takes two minutes at most on a machine
# that does nothing else; leave it alone meanwhile.
# usage: benchmarks/frames.sh [OPTION VALUE]... [FILE.json]
#   FILE.json    benchmarks/results/TODAY-frames.json if left out
#   --seconds    that a side is measured for in each round, after half of it to warm up (1.2)
#   --rounds     turns of every side (3)
#   --cores      two cores: all run on the first, two threads on both (the last two that this process may use)
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=1.2 rounds=3 cores="" output=benchmarks/results/$(date -u +%F)-frames.json
while [ $# -gt 0 ]; do
  case "$1" in
    --seconds | --rounds | --cores)
      [ $# -gt 1 ] || { echo "frames.sh: $1 needs a value" >&2; exit 2; }
      declare "${1#--}=$2"
      shift 2
      ;;
    -*) sed -n '2,9s/^# //p' "$0" >&2; exit 2 ;;
    *) output=$1; shift ;;
  esac
done
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
if [ -z "$cores" ]; then
  cores=$(awk '/^Cpus_allowed_list/ { n = split($2, ranges, ","); for (i = 1; i <= n; i++) { split(ranges[i], ends, "-"); last = ends[2] == "" ? ends[1] : ends[2];
    for (c = ends[1]; c <= last; c++) { before = own; own = c } } print own "," (before == "" ? own : before) }' /proc/self/status)
fi
mkdir -p runs/frames "$(dirname "$output")"
gcc -O2 -o runs/frames/turbojpeg benchmarks/peers/turbojpeg.c -lturbojpeg
dotnet build benchmarks/ActionableModels.FrameThroughput -c Release -v quiet -clp:NoSummary
version=$(dpkg-query -W -f '${Package} ${Version}' libturbojpeg0 2>/dev/null || echo unknown)
TURBOJPEG_VERSION=$version dotnet benchmarks/ActionableModels.FrameThroughput/bin/Release/net10.0/ActionableModels.FrameThroughput.dll turns \
  benchmarks/peers runs/frames "$seconds" "$rounds" "$cores" "$output"
