"""What a flow costs, counted: instructions, allocations and the code that it runs through under
callgrind, system calls under strace. Noise does not reach these figures."""

import collections
import glob
import os
import re
import shutil
import subprocess

from peer import ROOT, tree

WARM, FLOWS = 48, 192
CONNECTIONS = 16
LINE = 64  # bytes of a processor's cache
ALLOCATES = {"malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc"}


def server_of(peer):
    """The process that serves: the last of the tree."""
    return tree(peer.process.pid)[-1]


def play(peer, workload, sessions, flows, connections=CONNECTIONS):
    result = peer.load(peer.scenario(workload, sessions), c=connections, n=flows, d=600, v=0)
    if result["errors"] or result["flows"] != flows:
        raise SystemExit(f"wrong answers while counting: {result}")


def warm(peer, workload, sessions):
    """One by one first: a slow hash of the client's secret is taken once."""
    play(peer, workload, sessions, 1, connections=1)
    play(peer, workload, sessions, WARM)


def instructions(peer, workload, sessions, keep=None):
    """Of a flow, without setting it up: instructions, allocations; and the KiB of code that runs
    at least once in five flows."""
    out = str(peer.run / "callgrind.out")
    profiles = []
    for flows in (WARM, WARM + FLOWS):
        for old in glob.glob(out + "*"):
            os.unlink(old)
        peer.wrap = ["valgrind", "--tool=callgrind", "--trace-children=yes", "--instr-atstart=no",
                     f"--callgrind-out-file={out}.%p", "--fair-sched=yes", "--dump-instr=yes",
                     "--compress-pos=no",
                     "--trace-children-skip=*/sh,*/dash,*/cat,*/dirname"]
        peer.start(fresh=False)
        try:
            pid = server_of(peer)
            warm(peer, workload, sessions)
            control = ["callgrind_control", "-i"]
            subprocess.run([*control, "on", str(pid)], check=True, capture_output=True)
            play(peer, workload, sessions, flows)
            subprocess.run([*control, "off", str(pid)], check=True, capture_output=True)
        finally:
            peer.stop()
            peer.wrap = []
        file = f"{out}.{pid}"
        profiles.append(read_callgrind(file))
    if keep:
        shutil.copy(file, keep)
    (cost, allocations, _), (more_cost, more_allocations, code) = profiles
    often = sum(1 for times in code.values() if times >= (WARM + FLOWS) / 5)
    return ((more_cost - cost) / FLOWS, (more_allocations - allocations) / FLOWS,
            often * LINE / 1024)


def read_callgrind(file):
    """(instructions, allocations, {line of code: how often its busiest instruction ran})."""
    with open(file, encoding="utf-8", errors="replace") as lines:
        names, cost, calls, called = {}, 0, 0, None
        place, inclusive, code = None, False, {}
        for line in lines:
            found = re.match(r"(c?fn)=\((\d+)\)(?: (.*))?", line)
            if found:
                if found[3]:
                    names[found[2]] = found[3]
                called = names.get(found[2]) if found[1] == "cfn" else None
            elif line.startswith("ob="):
                place = line[3:].split()[0]  # "(7)", with the name the first time
            elif line.startswith("calls="):
                inclusive = True  # of the next line
                if called in ALLOCATES:
                    calls += int(line[6:].split()[0])
            elif line.startswith("0x"):
                address, *_, times = line.split()
                key = (place, int(address, 16) // LINE)
                if not inclusive:
                    code[key] = max(code.get(key, 0), int(times))
                inclusive = False
            elif line.startswith(("summary:", "totals:")):
                cost = int(line.split()[1])
    return cost, calls, code


def system_calls(peer, workload, sessions):
    """Name → how often in a flow."""
    counts = []
    peer.start(fresh=False)
    try:
        pid = server_of(peer)
        warm(peer, workload, sessions)
        for flows in (WARM, WARM + FLOWS):
            file = peer.run / "strace"
            tracer = subprocess.Popen(["strace", "-f", "-c", "-o", file, "-p", str(pid)],
                                      stderr=subprocess.PIPE, text=True)
            tracer.stderr.readline()  # "attached"
            play(peer, workload, sessions, flows)
            tracer.terminate()
            tracer.wait()
            counts.append(collections.Counter({
                line.split()[-1]: int(line.split()[3])
                for line in file.read_text().splitlines()[2:-2]}))
    finally:
        peer.stop()
    less = {name: (counts[1][name] - counts[0][name]) / FLOWS for name in counts[1]}
    return {name: count for name, count in sorted(less.items(), key=lambda one: -one[1])
            if count >= 0.02}


def count(peer, only=None):
    peer.start()
    try:
        sessions = peer.sessions()
        work = {name: workload for name, workload in peer.workloads().items()
                if not name.startswith("W8") and (not only or name.split()[0] in only)}
    finally:
        peer.stop()
    print("| workload | thousand instructions | allocations | code, KiB | system calls |\n"
          "|---|--:|--:|--:|---|", flush=True)
    for name, workload in work.items():
        cost, allocations, code = instructions(
            peer, workload, sessions, peer.home / ("callgrind." + name.split()[0]))
        calls = system_calls(peer, workload, sessions)
        told = ", ".join(f"{call} {number:.1f}" for call, number in calls.items())
        print(f"| {name} | {cost / 1000:.0f} | {allocations:.0f} | {code:.0f} | "
              f"{sum(calls.values()):.1f}: {told} |", flush=True)


def micro():
    return subprocess.run([ROOT / "build" / "release" / "bench" / "micro"], check=False).returncode
