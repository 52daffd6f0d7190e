#!/usr/bin/env bash
# From recorded robot data to a policy, on data of the very form of the public mt_opt dataset (RLDS in TFRecord, 512x640 JPEG images), made
# here: the same commands work on the public one. After `dotnet build -c Release`, from anywhere; a minute, 260 MB.
# usage: samples/data/real-data.sh [FOLDER]     FOLDER: where everything is written (runs/real-data if left out); it must not exist.
set -euo pipefail
[[ "${1:-}" != -* ]] || { sed -n '2,4s/^# //p' "$0"; exit; }
[ $# -eq 0 ] || set -- "$(realpath -m "$1")"
cd "$(dirname "$0")/../.."
folder=${1:-runs/real-data}
[ ! -e "$folder" ] || { echo "real-data: $folder exists already; give another folder" >&2; exit 1; }
# The colon before a command makes the reader see what runs.
actionable() { echo ": actionable $*"; dotnet src/ActionableModels.Cli/bin/Release/net10.0/actionable.dll "$@"; }

# The recordings: 24 episodes of the simulated arm, seen by a camera of mt_opt's size.
actionable collect --episodes 24 --image-size 512x640 --seed 1 --output "$folder/recorded"

# The dataset as others publish it: a folder of TFRecord files that TFDS opens too (tfds.builder_from_directory). mt_opt holds poses, not
# displacements. A quarter of the episodes is kept back as the split test. With the public data at hand, begin below with its folder.
actionable export --data "$folder/recorded" --format rlds --layout mt_opt --encoding jpeg --test-share 0.25 --output "$folder/tfds"
dataset=$folder/tfds/mt_opt/rlds/1.0.0

# In: the mapping says which fields are what (here poses become displacements, cut to the mapping's bounds); the middle of every image is cut
# out and shrunk to the camera's size. With --in-place the frames stay in the TFRecord files.
import=(import --source "$dataset" --mapping mt_opt --crop 512x512 --image-size 64x64)
actionable "${import[@]}" --split train --output "$folder/train"
actionable "${import[@]}" --split test --output "$folder/held-out"
actionable inspect --data "$folder/train" --contact-sheet "$folder/train.png"

# Training, as on any dataset. A few hundred steps show that it runs; a useful policy takes more episodes and thousands of steps.
actionable train --data "$folder/train" --preset compact-64 --batch 32 --steps 300 --seed 1 --output "$folder/run"
checkpoint=$folder/run/checkpoint.safetensors

# Q on steps that training has not seen: of recorded actions, of uniform ones, and of others. The simulated arm never turns its gripper, which
# mt_opt's bounds allow, so that uniform actions are told from its own easily; real recordings are harder.
actionable eval --data "$folder/held-out" --checkpoint "$checkpoint"

# One decision: a step of a held-out episode with the episode's end as the goal, beside the action that was recorded there. A robot gives
# its camera's images instead: act --checkpoint C --image now.png --goal goal.png --gripper-closed 0 --height 0.12
actionable act --checkpoint "$checkpoint" --data "$folder/held-out" --episode 0 --step 0
