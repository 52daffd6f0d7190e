#!/usr/bin/env bash
# Decisions in a control loop: how long, how evenly, within budgets, and against ONNX Runtime's network. Leave the machine alone meanwhile.
# usage: benchmarks/latency.sh [--decisions N] [--seconds S] [--core C] [FOLDER]
#   FOLDER      where the JSON files go: benchmarks/results if left out; names begin with today's date. Pages go to runs/latency
#   --decisions of compact-64, alone and beside a load (1,000,000)
#   --seconds   of every other measurement (60)
#   --core      core that decides; the load has all others (the last core)
set -euo pipefail
cd "$(dirname "$0")/.."
decisions=1000000 seconds=60 core=$(($(nproc --all) - 1)) folder=benchmarks/results
while [ $# -gt 0 ]; do
  case "$1" in
    --decisions) decisions=$2; shift 2 ;;
    --seconds) seconds=$2; shift 2 ;;
    --core) core=$2; shift 2 ;;
    -*) sed -n '2,7s/^# //p' "$0" >&2; exit 2 ;;
    *) folder=$1; shift ;;
  esac
done
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
mkdir -p "$folder" runs/latency
tests/fetch-onnxruntime
dotnet build src/ActionableModels.Cli -c Release -v quiet -clp:NoSummary
dotnet build benchmarks/ActionableModels.AgainstOnnxRuntime -c Release -v quiet -clp:NoSummary
actionable() { dotnet src/ActionableModels.Cli/bin/Release/net10.0/actionable.dll "$@"; }
against() { dotnet benchmarks/ActionableModels.AgainstOnnxRuntime/bin/Release/net10.0/ActionableModels.AgainstOnnxRuntime.dll "$@"; }
name() { echo "$folder/$(date -u +%F)-latency-$1"; }
# A machine that does other work measures that work. The load of the minute before includes the build: wait for it to fade.
for _ in $(seq 30); do
  awk '{ exit !($1 > 0.3) }' /proc/loadavg || break
  sleep 10
done
awk '{ if ($1 > 0.3) print "latency.sh: the machine has other work (load " $1 "): the figures will show it" }' /proc/loadavg >&2
measure() { # name of the files, further arguments of bench act
  echo "== $1"
  actionable bench act --cores "$core" --output "$(name "$1").json" --report "runs/latency/$1.html" "${@:2}"
}

measure compact-64 --decisions "$decisions" --warm-up 5 --load both
measure compact-64-paced --rate 100 --seconds "$seconds" --load both
measure compact-64-budgets --budget-sweep --seconds "$(awk -v s="$seconds" 'BEGIN { print s / 6 }')"
measure qt-opt-472 --preset qt-opt-472 --seconds "$seconds" --load both
measure qt-opt-472-budgets --preset qt-opt-472 --budget-sweep --seconds "$(awk -v s="$seconds" 'BEGIN { print s / 3 }')"
echo "== against ONNX Runtime"
against --core "$core" --seconds "$seconds" --output "$(name onnxruntime).json" --report runs/latency/onnxruntime.html
