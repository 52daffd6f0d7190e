#!/usr/bin/env bash
# A recorded dataset of 50 GB (holes in its files take little disk) is imported within a bound of memory; killed with -9 in the middle and
# resumed it ends with the bytes of the unbroken import. Wants Debian's python3 and time.
# usage: benchmarks/import-50gb.sh [OPTION VALUE]... [FOLDER]
#   FOLDER      where everything is written (runs/import-50gb); result: FOLDER/import-50gb.json
#   --bytes     size of the dataset (50,000,000,000)
#   --episodes  its episodes, of 8 steps of 64×64 images (3200)
#   --memory    of the import (its default, 1G; the process may take 1 GiB all in all)
#   --limit     most KiB that the process may hold (1048576)
#   --kills     times that it is killed (1)
set -euo pipefail
cd "$(dirname "$0")/.."
bytes=50000000000 episodes=3200 memory="" limit=1048576 kills=1 folder=runs/import-50gb
while [ $# -gt 0 ]; do
  case "$1" in
    --bytes | --episodes | --memory | --limit | --kills)
      [ $# -gt 1 ] || { echo "import-50gb.sh: $1 needs a value" >&2; exit 2; }
      declare "${1#--}=$2"
      shift 2
      ;;
    -*) sed -n '2,11s/^# //p' "$0" >&2; exit 2 ;;
    *) folder=$1; shift ;;
  esac
done
if [ -z "${ACTIONABLE:-}" ]; then
  dotnet build -c Release src/ActionableModels.Cli -v quiet -clp:NoSummary >&2
  ACTIONABLE="dotnet $PWD/src/ActionableModels.Cli/bin/Release/net10.0/actionable.dll"
fi
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
rm -rf "$folder"/{small,source,unbroken,killed}
shards() { find "$1" -name 'shard-*.safetensors' 2>/dev/null | wc -l; }
hashes() { (cd "$1" && sha256sum shard-*.safetensors dataset.json import.json); }
now() { date +%s.%N; }

$ACTIONABLE collect --episodes "$episodes" --steps 8 --image-size 64 --seed 1 --output "$folder/simulated" --quiet >&2 2>&1 || [ -f "$folder/simulated/dataset.json" ]
$ACTIONABLE export --data "$folder/simulated" --format rlds --layout mt_opt --output "$folder/small" --quiet >&2
/usr/bin/python3 benchmarks/import-50gb/inflate.py "$(dirname "$(find "$folder/small" -name features.json)")" "$folder/source" "$bytes" >&2
actual=$(find "$folder/source" -name '*.tfrecord-*' -printf '%s\n' | awk '{ s += $1 } END { printf "%.0f", s }')

import="$ACTIONABLE import --source $folder/source --shard-size 16M ${memory:+--memory $memory} --quiet --json"
begin=$(now)
/usr/bin/time -v -o "$folder/time.txt" $import --output "$folder/unbroken" >"$folder/unbroken.json"
seconds=$(awk -v a="$begin" -v b="$(now)" 'BEGIN { printf "%.1f", b - a }')
peak=$(awk -F': ' '/Maximum resident/ { print $2 }' "$folder/time.txt")
all=$(shards "$folder/unbroken")
echo "unbroken: $seconds s, at most $peak KiB, $all shards" >&2

resumed_peak=0
for kill in $(seq "$kills"); do
  $import --output "$folder/killed" --resume >"$folder/killed.json" 2>"$folder/killed.txt" &
  process=$!
  while kill -0 $process 2>/dev/null && [ "$(shards "$folder/killed")" -lt $((all * kill / (kills + 1))) ]; do sleep 0.02; done
  kill -9 $process 2>/dev/null || { echo "import-50gb.sh: the import ended before it was killed: give more --bytes" >&2; exit 1; }
  wait $process 2>/dev/null || true
  at=$(shards "$folder/killed")
  echo "killed with $at of $all shards written" >&2
done
begin=$(now)
/usr/bin/time -v -o "$folder/time.txt" $import --output "$folder/killed" --resume >"$folder/killed.json"
resumed=$(awk -v a="$begin" -v b="$(now)" 'BEGIN { printf "%.1f", b - a }')
resumed_peak=$(awk -F': ' '/Maximum resident/ { print $2 }' "$folder/time.txt")
echo "resumed: $resumed s, at most $resumed_peak KiB" >&2

equal=false within=false
cmp -s <(hashes "$folder/unbroken") <(hashes "$folder/killed") && equal=true
[ "$peak" -le "$limit" ] && [ "$resumed_peak" -le "$limit" ] && within=true
printf '{"what":"import of a synthetic RLDS dataset, killed with -9 and resumed","date":"%s","commit":"%s","machine":"%s, %s cores","command":"benchmarks/import-50gb.sh --bytes %s --episodes %s --kills %s%s","source_bytes":%s,"seconds":%s,"peak_kib":%s,"shards":%s,"killed_at_shard":%s,"resumed_seconds":%s,"resumed_peak_kib":%s,"limit_kib":%s,"within_limit":%s,"equal_bytes":%s,"import":%s}\n' \
  "$(date -u +%F)" "${COMMIT:-$(git rev-parse --short HEAD)}" "$(grep -m 1 'model name' /proc/cpuinfo | cut -d: -f2 | xargs)" "$(nproc)" "$bytes" "$episodes" \
  "$kills" "${memory:+ --memory $memory}" "$actual" "$seconds" "$peak" "$all" "$at" "$resumed" "$resumed_peak" "$limit" "$within" "$equal" \
  "$(tail -n 1 "$folder/unbroken.json" | sed "s|$folder/||g")" >"$folder/import-50gb.json"
echo "$folder/import-50gb.json: equal bytes: $equal; within $limit KiB: $within" >&2
[ $equal = true ] && [ $within = true ]
