#!/usr/bin/env bash
# The four methods of the paper's Fig. 5 on two datasets of pick-and-place from the tilted 48x48 camera, two seeds, and Actionable
# Models with the Monte-Carlo bound off. One thread per run, as many runs at a time as there are cores.
#   benchmarks/figure5.sh [FOLDER [STEPS [EPISODES]]]     results: FOLDER/figure5.json
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-runs/figure5} steps=${2:-30000} episodes=${3:-5000}
if [ -z "${ACTIONABLE:-}" ]; then
  dotnet build -c Release src/ActionableModels.Cli >&2
  ACTIONABLE="dotnet $PWD/src/ActionableModels.Cli/bin/Release/net10.0/actionable.dll"
fi
mkdir -p "$folder"
export ACTIONABLE folder steps

for mix in dithering clean; do
  [ -f "$folder/$mix/dataset.json" ] ||
    $ACTIONABLE collect --task pick-and-place --camera tilted --image-size 48 --mix "$mix" --episodes "$episodes" --seed 0 --output "$folder/$mix"
done

one() { # mix method bound seed: train, evaluate, one JSON object
  local mix=$1 method=$2 bound=$3 seed=$4
  local run="$folder/$mix-$method-bound-$bound-$seed"
  [ -f "$run/result.json" ] && return
  local train="train --data $folder/$mix --output $run --method $method --preset compact-48 --steps $steps --monte-carlo-bound $bound --seed $seed --threads 1"
  local eval="eval --checkpoint $run/checkpoint.safetensors --episodes 100 --seed 1 --threads 1 --output $run/eval.json --strips $run/strips.png"
  local trained evaluated
  trained=$($ACTIONABLE $train --resume --json --quiet | tail -n 1)
  evaluated=$($ACTIONABLE $eval --json --quiet | tail -n 1)
  printf '{"dataset":"%s","method":"%s","monte_carlo_bound":%s,"seed":%s,"commands":["actionable %s","actionable %s"],"train":%s,"eval":%s}\n' \
    "$mix" "$method" "$bound" "$seed" "$train" "$eval" "$trained" "$evaluated" >"$run/result.json"
  echo "$mix $method bound=$bound seed=$seed: $(grep -o '"success_rate":[0-9.]*' <<<"$evaluated")" >&2
}
export -f one

{
  for seed in 0 1; do
    for method in actionable-models gcbc random-goals-zero hindsight-q; do
      for mix in dithering clean; do echo "$mix $method true $seed"; done
    done
    for mix in dithering clean; do echo "$mix actionable-models false $seed"; done
  done
} | xargs -P "$(nproc)" -L 1 bash -c 'one $0 $1 $2 $3'

{
  printf '{"what":"Fig. 5 at small scale: success of four methods on pick-and-place","date":"%s","commit":"%s","machine":"%s, %s cores","command":"benchmarks/figure5.sh","steps":%s,"episodes":%s,"results":[\n' \
    "$(date -u +%F)" "${COMMIT:-$(git rev-parse --short HEAD)}" "$(grep -m 1 'model name' /proc/cpuinfo | cut -d: -f2 | xargs)" "$(nproc)" "$steps" "$episodes"
  find "$folder" -name result.json | sort | xargs -n 1 cat | sed '$!s/$/,/'
  printf ']}\n'
} >"$folder/figure5.json"
echo "$folder/figure5.json" >&2
