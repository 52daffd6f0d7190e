"""The sides of the comparison, each a process per measurement that prints one JSON object last."""
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Without these, freed maps go back to the system and every run pays for their pages anew.
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(1 << 40), "MALLOC_TRIM_THRESHOLD_": str(1 << 40)}


def last_json(command, environment=None):
    """Runs a command and reads the last line of its output."""
    done = subprocess.run(command, env={**os.environ, **(environment or {})}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{shlex.join(command)} exited with {done.returncode}:\n{done.stderr.strip()[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


class Sides:
    """Ours and the peers on the exchange files of a folder."""

    def __init__(self, actionable, folder, seconds, prefix):
        self.actionable, self.folder, self.seconds, self.prefix = shlex.split(actionable), Path(folder), seconds, shlex.split(prefix)

    def bench(self, *arguments):
        return last_json([*self.actionable, "bench", *arguments, "--json", "--quiet"])

    def names(self, asked):
        """All works that peers can repeat; those of a comma-separated list of names, or of what names begin with."""
        every = [w["work"] for w in self.bench("--list")["works"] if w["work"] != "behaviour" and not w["work"].endswith("/whole")]
        found = []
        for name in asked.split(",") if asked else every:
            matching = [w for w in every if w == name] or [w for w in every if w.startswith(name + "/")]
            found += matching or sys.exit(f"--works: no work '{name}' that peers can repeat; there are {', '.join(every)}")
        return list(dict.fromkeys(found))

    def file(self, work, convolution):
        return self.folder / convolution / f"{work.replace('/', '-')}.safetensors"

    def exchange(self, work, convolution):
        """Writes weights, inputs and our outputs of a work, and its ONNX graphs."""
        self.bench("--work", work, "--threads", "1", "--seconds", "0", "--convolution", convolution, "--exchange",
                   str(self.folder / convolution))
        if self.in_onnx(work):
            subprocess.run([sys.executable, str(HERE / "export_onnx.py"), str(self.file(work, convolution)), work, str(self.graphs(work))],
                           check=True)

    def graphs(self, work):
        return self.folder / "graphs" / work.replace("/", "-")

    @staticmethod
    def in_onnx(work):
        """ONNX Runtime's package computes no gradients."""
        return not work.startswith("step/") and not work.endswith("forward-backward")

    def ours(self, work, threads, convolution):
        result = last_json([*self.prefix, *self.actionable, "bench", "--work", work, "--threads", str(threads), "--seconds", str(self.seconds),
                            "--convolution", convolution, "--json", "--quiet"])
        return {**result["results"][0], "machine": result["machine"]}

    def peers(self, work):
        """Names of the peers that can do a work; PyTorch counts once for each memory format of its maps."""
        return ["torch contiguous", "torch channels_last", *(["ort"] if self.in_onnx(work) else [])]

    def peer(self, peer, work, threads, convolution, seconds=None):
        """A peer's times and how far its outputs are from those in our exchange file of a convolution path."""
        program = ["node", str(HERE / "ort_peer.js")] if peer == "ort" else [sys.executable, str(HERE / "torch_peer.py")]
        last = self.graphs(work) if peer == "ort" else peer.split()[1]
        return last_json([*self.prefix, *program, str(self.file(work, convolution)), work, str(threads),
                          str(self.seconds if seconds is None else seconds), str(last)],
                         {**KEEP_MEMORY, "LD_LIBRARY_PATH": os.environ["PEERS_BLAS"], "OMP_NUM_THREADS": str(threads),
                          "OPENBLAS_NUM_THREADS": str(threads)})
