#!/usr/bin/env bash
# Decisions in a control loop: how long, how evenly, within budgets, and against ONNX Runtime's network. Takes a quarter of an hour at most
# on a machine that does nothing else; leave it alone meanwhile.
# usage: benchmarks/latency.sh [OPTION VALUE]... [FOLDER]
#   FOLDER           where the JSON files go: benchmarks/results if left out; names begin with today's date. Pages go to runs/latency
#   --decisions      of compact-64 beside a load (1,000,000)
#   --alone          of compact-64 alone (200,000)
#   --slow           of qt-opt-472 alone, beside a load, and of each side against ONNX Runtime (120: p99 needs 100)
#   --seconds        on a schedule, alone and beside a load; a fifth of it for each budget of compact-64, half for each of qt-opt-472 (20)
#   --turns          seconds of compact-64 against ONNX Runtime, all sides together (30)
#   --checkpoint     trained model that is measured against ONNX Runtime, too
#   --core           core that decides; the load has all others (the last one that this process may use)
set -euo pipefail
cd "$(dirname "$0")/.."
decisions=1000000 alone=200000 slow=120 seconds=20 turns=30 checkpoint="" core="" folder=benchmarks/results
while [ $# -gt 0 ]; do
  case "$1" in
    --decisions | --alone | --slow | --seconds | --turns | --checkpoint | --core)
      [ $# -gt 1 ] || { echo "latency.sh: $1 needs a value" >&2; exit 2; }
      declare "${1#--}=$2"
      shift 2
      ;;
    -*) sed -n '2,13s/^# //p' "$0" >&2; exit 2 ;;
    *) folder=$1; shift ;;
  esac
done
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
allowed=$(taskset -cp $$)
core=${core:-${allowed##*[ ,-]}}
mkdir -p "$folder" runs/latency
tests/fetch-onnxruntime
dotnet build src/ActionableModels.Cli -c Release -v quiet -clp:NoSummary
dotnet build benchmarks/ActionableModels.AgainstOnnxRuntime -c Release -v quiet -clp:NoSummary
actionable() { dotnet src/ActionableModels.Cli/bin/Release/net10.0/actionable.dll "$@"; }
against() { dotnet benchmarks/ActionableModels.AgainstOnnxRuntime/bin/Release/net10.0/ActionableModels.AgainstOnnxRuntime.dll "$@"; }
files=$folder/$(date -u +%F)-latency
share() { awk -v s="$seconds" -v parts="$1" 'BEGIN { print s / parts }'; }
# A machine that does other work measures that work.
busy() { # cores' worth of work in the next five seconds
  local before after
  read -r before < /proc/stat
  sleep 5
  read -r after < /proc/stat
  printf '%s\n%s\n' "$before" "$after" | awk -v cores="$(grep -c '^cpu[0-9]' /proc/stat)" '
    { all = 0; for (i = 2; i <= 9; i++) all += $i; idle = $5 + $6 }
    NR == 1 { all0 = all; idle0 = idle }
    END { printf "%.2f\n", all > all0 ? cores * (1 - (idle - idle0) / (all - all0)) : 0 }'
}
for _ in $(seq 12); do
  work=$(busy)
  awk -v work="$work" 'BEGIN { exit !(work > 0.3) }' || { work=""; break; }
done
[ -z "$work" ] || echo "latency.sh: the machine has other work ($work cores): the figures will show it" >&2
measure() { # name of the files, further arguments of bench act
  echo "== $1"
  actionable bench act --cores "$core" --output "$files-$1.json" --report "runs/latency/$1.html" "${@:2}"
}

measure compact-64 --decisions "$alone" --warm-up 5
measure compact-64-load --decisions "$decisions" --warm-up 5 --load beside
measure compact-64-paced --rate 100 --seconds "$seconds" --load both
measure compact-64-budgets --budget-sweep --seconds "$(share 5)"
measure qt-opt-472 --preset qt-opt-472 --decisions "$slow" --load both
measure qt-opt-472-budgets --preset qt-opt-472 --budget-sweep --seconds "$(share 2)"
echo "== against ONNX Runtime"
against --core "$core" --presets compact-64,qt-opt-472 ${checkpoint:+--checkpoint "$checkpoint"} --seconds "$turns" --decisions "$slow" \
  --output "$files-onnxruntime.json" --report runs/latency/onnxruntime.html
# A load that did not have its cores is said again where it is seen.
for name in compact-64-load compact-64-paced qt-opt-472; do
  { grep -o '"note": "[^"]*' "$files-$name.json" || true; } | sed "s/^\"note\": \"/latency.sh: $name: /" >&2
done
