"""All workloads, a few rounds, medians."""

import json
import pathlib
import statistics
import time

QUIET_CORES = 0.15  # that others may use while we measure …
TRIES = 3           # … else it is measured again, so often; the quietest counts


def measure(peer, workload, sessions, seconds, connections, warm=1.5, **more):
    best = None
    # One alone first: where a client's secret is an imported one, its slow hash is taken once.
    peer.load(peer.scenario(workload, sessions), c=1, n=1, d=60, v=0)
    for _ in range(TRIES):
        result = peer.load(peer.scenario(workload, sessions), c=connections, d=seconds, w=warm,
                           **more)
        if "failed" in result:
            return result
        if best is None or result["other_cores"] < best["other_cores"]:
            best = result
        if best["other_cores"] < QUIET_CORES:
            break
    best["signatures"] = best["server_cpu_us_per_flow"] / best["signature_us"]
    return best


def levels_of(name, given):
    if name.startswith("W5 "):
        return [int(level) for level in given.connections.split(",")]
    return [4] if name.startswith("W8") else [16]


def wanted(name, given):
    return not given.only or name.split()[0] in given.only


def round_of(peer, given, results):
    """One start of the server; adds to results: name → its measurements."""
    peer.start()
    starts = []
    for _ in range(3):
        peer.stop()
        starts.append(peer.start(fresh=False))
    try:
        results.setdefault("start-up, ms", []).append(statistics.median(starts))
        time.sleep(1)
        results.setdefault("memory idle, MB", []).append(peer.memory_mb())
        sessions = peer.sessions()
        work = peer.workloads()
        peer.load(peer.scenario(work["W5 code flow"], sessions), c=16, d=given.seconds)  # warm
        for name, workload in work.items():
            if not wanted(name, given):
                continue
            for level in levels_of(name, given):
                result = measure(peer, workload, sessions, given.seconds, level)
                label = f"{name}, {level} connections"
                results.setdefault(label, []).append(result)
                print(line(peer, label, result), flush=True)
        results.setdefault("memory after load, MB", []).append(peer.memory_mb())
    finally:
        peer.stop()


def line(peer, label, result):
    if "failed" in result:
        return f"  {peer.name:14} {label}: {result['failed']}"
    wrong = f", ERRORS {result['errors']} {result['why']}" if result["errors"] else ""
    return (f"  {peer.name:14} {label:52} {result['signatures']:6.2f} signatures "
            f"({result['server_cpu_us_per_flow']:.0f} us at {result['signature_us']:.1f}), "
            f"{result['per_s']:.0f}/s, p99 {result['latency_ms']['p99']:.2f} ms, others "
            f"{result['other_cores']:.2f} cores{wrong}")


def median(results, member):
    values = [result[member] for result in results if "failed" not in result]
    return statistics.median(values) if values else None


def show(number, digits):
    return "-" if number is None else f"{number:.{digits}f}"


def print_table(peers, all_results):
    heads = "".join(f" {peer.name}: signatures | CPU us | per s | p50 ms | p99 ms | errors |"
                    for peer in peers)
    print(f"\n| work |{heads}" + (" times less |" if len(peers) > 1 else ""))
    print("|---|" + "--:|--:|--:|--:|--:|--:|" * len(peers) + ("--:|" if len(peers) > 1 else ""))
    plain = []
    for label in all_results[peers[0].name]:
        cells, signatures = "", []
        if not isinstance(all_results[peers[0].name][label][0], dict):
            plain.append(label)
            continue
        for peer in peers:
            results = all_results[peer.name].get(label, [])
            results = [result for result in results if result.get("latency_ms")]
            signatures.append(median(results, "signatures"))
            latency = [result["latency_ms"] for result in results]
            cells += (f" {show(signatures[-1], 2)} |"
                      f" {show(median(results, 'server_cpu_us_per_flow'), 0)} |"
                      f" {show(median(results, 'per_s'), 0)} | {show(median(latency, 'p50'), 2)} |"
                      f" {show(median(latency, 'p99'), 2)} |"
                      f" {sum(result['errors'] for result in results)} |")
        if len(peers) > 1:
            both = None not in signatures
            cells += f" {show(signatures[1] / signatures[0] if both else None, 1)} |"
        print(f"| {label} |{cells}")
    for label in plain:
        print(f"{label}: " + ", ".join(
            f"{peer.name} {statistics.median(all_results[peer.name][label]):.0f}"
            for peer in peers))


def save(given, results):
    if not given.out:
        return
    file = pathlib.Path(given.out)
    old = json.loads(file.read_text()) if file.exists() else []
    file.write_text(json.dumps(old + [results], indent=1))


def run(peers, given):
    all_results = {peer.name: {} for peer in peers}
    for _ in range(given.rounds):
        for peer in peers:  # in turns, so that they share what the machine does
            round_of(peer, given, all_results[peer.name])
    print_table(peers, all_results)
    signs = [result["signature_us"] for results in all_results.values()
             for measured in results.values() for result in measured
             if isinstance(result, dict) and "signature_us" in result]
    print(f"a P-256 signature: median {statistics.median(signs):.1f} us "
          f"({min(signs):.1f} to {max(signs):.1f})")
    save(given, {"when": time.strftime("%F %T"), "results": all_results})
    return any(result.get("errors") for results in all_results.values()
               for measured in results.values() for result in measured if isinstance(result, dict))


def writer(peers, given):
    """More connections make larger batches: what a commit costs the writer then."""
    peer = peers[0]
    peer.start()
    try:
        sessions = peer.sessions()
        print("| connections | writer us a commit | in signatures | flows a second |"
              "\n|--:|--:|--:|--:|")
        for level in (1, 8, 64, 256):
            result = measure(peer, peer.workloads()["W5 code flow"], sessions, given.seconds, level)
            own = result["server_threads_ms"].get("writer", 0) * 1000 / result["flows"]
            print(f"| {level} | {own:.1f} | {own / result['signature_us']:.2f} | "
                  f"{result['per_s']:.0f} |", flush=True)
    finally:
        peer.stop()
