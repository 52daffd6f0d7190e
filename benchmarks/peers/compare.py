"""Ours against the peers, in turn, several rounds: see benchmarks/peers.sh, which installs what this needs."""
import argparse
import datetime
import itertools
import json
import os
import shlex
import subprocess
import sys
from statistics import median
from sides import Sides

# Float32 sums in another order differ by about 1e-6 of the largest output; another padding or a wrong weight by far more than this.
TOLERANCE = 1e-3
# Batch norm, ReLU and pooling magnify rounding: it moves the gradients of qt-opt-472 by some per cent.
STEP_TOLERANCE = 0.2


def say(text):
    print(text, file=sys.stderr, flush=True)


def compare(work, threads, rounds, convolutions, differences):
    """One row: medians over rounds, and ratios of the best peer's time to ours within each round."""
    middle = {side: median(r[side]["median"] for r in rounds) for side in rounds[0]}
    best = min((side for side in middle if side not in convolutions), key=middle.get)
    ratios = {c: [r[best]["median"] / r[c]["median"] for r in rounds] for c in convolutions}
    spread = max(times["p90"] / times["p10"] for r in rounds for times in r.values())
    return {"work": work, "threads": threads, "unit": "ms", "median": middle, "best_peer": best,
            "ratio": {c: median(ratios[c]) for c in convolutions}, "ratios": ratios, "spread": spread, "difference": differences, "rounds": rounds}


def table(rows, convolutions):
    """The rows as text."""
    peers = ["torch contiguous", "torch channels_last", "ort"]
    lines = [["work", "threads", *(f"ours {c}" for c in convolutions), *peers, "best", *(f"ratio {c}" for c in convolutions), "spread",
              "difference"]]
    for row in rows:
        times = [f"{row['median'][side]:.4g}" if side in row["median"] else "-" for side in [*convolutions, *peers]]
        ratios = [f"{row['ratio'][c]:.2f} [{min(row['ratios'][c]):.2f}, {max(row['ratios'][c]):.2f}]" for c in convolutions]
        lines.append([row["work"], str(row["threads"]), *times, row["best_peer"], *ratios, f"{row['spread']:.2f}",
                      f"{max(row['difference'].values()):.1e}"])
    widths = [max(map(len, column)) for column in zip(*lines)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def check(sides, work, convolutions):
    """How far the peers' outputs are from ours; ends the run when one computes something else."""
    differences = {f"{peer}, {c}": sides.peer(peer, work, 1, c, seconds=0)["difference"] for c in convolutions for peer in sides.peers(work)}
    limit = STEP_TOLERANCE if work.startswith("step/") else TOLERANCE
    for name, value in differences.items():
        if not value <= limit:
            sys.exit(f"{work}: {name}: differs from ours by {value:.1e} of the output, more than {limit:g}: they do not do the same work")
    return differences


def main():
    options = argparse.ArgumentParser(prog="benchmarks/peers.sh", description="Ours against PyTorch and ONNX Runtime on the same weights and inputs.")
    options.add_argument("--rounds", type=int, default=5, help="times that all sides take their turn (default 5)")
    options.add_argument("--threads", default="1 2", help='numbers of threads (default "1 2")')
    options.add_argument("--seconds", type=float, default=2, help="time of each measurement after half of it to warm up (default 2)")
    options.add_argument("--works", default="", metavar="NAME,…", help="works of `actionable bench`, or what their names begin with (default all)")
    options.add_argument("--convolution", default="auto", help='our paths to measure: "auto", "direct" or both (default auto)')
    options.add_argument("--prefix", default="", help='put before every timed command, such as "taskset -c 1"')
    options.add_argument("--folder", default="runs/peers", help="for exchange files and graphs (default runs/peers)")
    options.add_argument("output", metavar="OUTPUT.json")
    given = options.parse_args()
    if given.rounds < 1:
        options.error("--rounds: at least 1")
    convolutions, counts = given.convolution.split(), [int(n) for n in given.threads.split()]
    sides = Sides(os.environ["ACTIONABLE"], given.folder, given.seconds, given.prefix)
    works = sides.names(given.works)

    differences, rounds, versions = {}, {}, {}
    for work in works:
        say(f"exchange and check {work}")
        for convolution in convolutions:
            sides.exchange(work, convolution)
        differences[work] = check(sides, work, convolutions)

    commit = subprocess.run(["git", "describe", "--always", "--dirty"], stdout=subprocess.PIPE, text=True).stdout.strip()
    for number in range(given.rounds):
        for threads, work in itertools.product(counts, works):
            turns = [*convolutions, *sides.peers(work)]
            taken = {}
            # Every other round the other way round: no side always follows the same one.
            for side in turns if number % 2 == 0 else turns[::-1]:
                taken[side] = sides.ours(work, threads, side) if side in convolutions else sides.peer(side, work, threads, convolutions[0])
            machine = taken[convolutions[0]]["machine"]
            versions.update({side.split()[0]: taken[side]["version"] for side in sides.peers(work)})
            rounds.setdefault((work, threads), []).append(
                {side: {key: taken[side][key] for key in ("median", "p10", "p90", "runs")} for side in turns})
            say(f"round {number + 1}/{given.rounds}, {threads} threads, {work}: " + ", ".join(f"{s} {taken[s]['median']:.4g} ms" for s in turns))
        rows = [compare(work, threads, rounds[work, threads], convolutions, differences[work])
                for threads, work in itertools.product(counts, works)]
        result = {"what": "ours against the best peer: median over rounds of (its time / our time)", "date": f"{datetime.datetime.utcnow():%F}",
                  "commit": commit, "machine": machine, "versions": versions, "rounds": number + 1, "seconds": given.seconds,
                  "command": shlex.join(["benchmarks/peers.sh", *sys.argv[1:]]), "results": rows}
        with open(given.output + ".partial", "w") as file:
            json.dump(result, file, indent=1)
        os.replace(given.output + ".partial", given.output)
    print(table(rows, convolutions))


main()
