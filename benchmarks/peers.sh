#!/usr/bin/env bash
# Ours against PyTorch and ONNX Runtime: the same weights and inputs, the same threads, in turn for several rounds.
#   benchmarks/peers.sh [--rounds 5] [--threads "1 2"] [--seconds 2] [--works NAME,…] [--convolution "auto direct"] OUTPUT.json
# Needs Debian, Node and npm, and installs the rest; --help for all options.
set -euo pipefail
cd "$(dirname "$0")/.."
for tool in dpkg node npm; do
  command -v $tool >/dev/null || { echo "peers.sh: $tool is missing: the peers run on Debian with Node and npm" >&2; exit 1; }
done
packages="python3-torch libopenblas0-openmp python3-numpy"
if ! dpkg -s $packages >/dev/null 2>&1; then
  echo "installing $packages" >&2
  apt-get install -y --no-install-recommends $packages >&2
fi
# OpenBLAS on PyTorch's own threads, whichever other BLAS the system would choose.
blas=$(dirname "$(dpkg -L libopenblas0-openmp | grep '/libblas\.so\.3$')")
modules=$PWD/runs/peers/node_modules
if ! [ -d "$modules/onnxruntime-node" ]; then
  echo "installing onnxruntime-node in $modules" >&2
  # Its install script only fetches CUDA libraries; the package itself holds those for the CPU.
  npm install --prefix runs/peers --no-save --no-audit --no-fund --ignore-scripts onnxruntime-node@1.30 >&2
fi
if [ -z "${ACTIONABLE:-}" ]; then
  dotnet build -c Release src/ActionableModels.Cli >&2
  ACTIONABLE="dotnet $PWD/src/ActionableModels.Cli/bin/Release/net10.0/actionable.dll"
fi
export ACTIONABLE PEERS_BLAS=$blas NODE_PATH=$modules PYTHONDONTWRITEBYTECODE=1
exec /usr/bin/python3 benchmarks/peers/compare.py "$@"
