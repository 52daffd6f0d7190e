"""Ours against the peers, in turn, several rounds: see benchmarks/peers.sh, which installs what this needs."""
import argparse
import datetime
import json
import os
import shlex
import subprocess
import sys
from statistics import median
from sides import Sides

# A float32 sum of this network's lengths in another order differs by about 1e-6 of the largest output, a wrong padding by far more than this.
TOLERANCE = 1e-3


def say(text):
    print(text, file=sys.stderr, flush=True)


def compare(work, threads, rounds, convolutions, layout, differences):
    """One row: medians over rounds, and ratios of the best peer's time to ours within each round."""
    middle = {side: median(r[side] for r in rounds) for side in rounds[0]}
    best = min((side for side in middle if side in ("torch", "ort")), key=middle.get)
    ratios = {c: [r[best] / r[c] for r in rounds] for c in convolutions}
    return {"work": work, "threads": threads, "unit": "ms", "median": middle, "torch_layout": layout, "best_peer": best,
            "ratio": {c: median(ratios[c]) for c in convolutions}, "ratios": ratios, "difference": differences, "rounds": rounds}


def table(rows, convolutions):
    """The rows as text."""
    head = ["work", "threads", *(f"ours {c}" for c in convolutions), "torch", "layout", "ort", "best", *(f"ratio {c}" for c in convolutions),
            "difference"]
    lines = [head]
    for row in rows:
        ms = {side: f"{value:.4g}" for side, value in row["median"].items()}
        lines.append([row["work"], str(row["threads"]), *(ms[c] for c in convolutions), ms["torch"], row["torch_layout"], ms.get("ort", "-"),
                      row["best_peer"], *(f"{row['ratio'][c]:.2f} [{min(row['ratios'][c]):.2f}, {max(row['ratios'][c]):.2f}]" for c in convolutions),
                      f"{max(row['difference'].values()):.1e}"])
    widths = [max(map(len, column)) for column in zip(*lines)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def check(sides, work, threads, convolutions):
    """(PyTorch's faster layout, differences by convolution and peer); ends the run when a peer computes something else."""
    timed = {layout: sides.torch(work, threads, convolutions[0], layout) for layout in ("contiguous", "channels_last")}
    layout = min(timed, key=lambda key: timed[key]["median"])
    differences = {f"{convolutions[0]}/torch/{key}": result["difference"] for key, result in timed.items()}
    for convolution in convolutions:
        if convolution != convolutions[0]:
            differences[f"{convolution}/torch/{layout}"] = sides.torch(work, threads, convolution, layout, 0)["difference"]
        if sides.in_onnx(work):
            differences[f"{convolution}/ort"] = sides.ort(work, threads, convolution, 0)["difference"]
    for name, value in differences.items():
        if not value <= TOLERANCE:
            sys.exit(f"{work}: {name} and ours differ by {value:.1e} of the largest output, more than {TOLERANCE:.0e}: not the same work")
    return layout, differences


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
    convolutions, counts = given.convolution.split(), [int(n) for n in given.threads.split()]
    sides = Sides(os.environ["ACTIONABLE"], given.folder, given.seconds, given.prefix)
    works = sides.names(given.works)

    layouts, differences, rounds, versions = {}, {}, {}, {}
    for work in works:
        say(f"exchange and check {work}")
        for convolution in convolutions:
            sides.exchange(work, convolution)
        for threads in counts:
            layouts[work, threads], differences[work, threads] = check(sides, work, threads, convolutions)

    commit = subprocess.run(["git", "describe", "--always", "--dirty"], stdout=subprocess.PIPE, text=True).stdout.strip()
    for number in range(given.rounds):
        for threads in counts:
            for work in works:
                turns = {c: lambda c=c: sides.ours(work, threads, c) for c in convolutions}
                turns["torch"] = lambda: sides.torch(work, threads, convolutions[0], layouts[work, threads])
                if sides.in_onnx(work):
                    turns["ort"] = lambda: sides.ort(work, threads, convolutions[0])
                # Every other round the other way round: no side always follows the same one.
                order = list(turns) if number % 2 == 0 else list(turns)[::-1]
                taken = {side: turns[side]() for side in order}
                rounds.setdefault((work, threads), []).append({side: taken[side]["median"] for side in turns})
                versions.update({side: taken[side]["version"] for side in ("torch", "ort") if side in taken})
                machine = taken[convolutions[0]]["machine"]
                say(f"round {number + 1}/{given.rounds}, {threads} threads, {work}: " + ", ".join(f"{s} {taken[s]['median']:.4g} ms" for s in turns))
        rows = [compare(work, threads, rounds[work, threads], convolutions, layouts[work, threads], differences[work, threads])
                for threads in counts for work in works]
        result = {"what": "ours against the best peer: median over rounds of (its time / our time)", "date": f"{datetime.datetime.utcnow():%F}",
                  "commit": commit, "machine": machine, "versions": versions, "rounds": number + 1, "seconds": given.seconds,
                  "command": shlex.join(["benchmarks/peers.sh", *sys.argv[1:]]), "results": rows}
        with open(given.output + ".partial", "w") as file:
            json.dump(result, file, indent=1)
        os.replace(given.output + ".partial", given.output)
    print(table(rows, convolutions))


main()
