"""Open loops: latency at half of capacity, and what is more than the server can do.

The load generator shares the machine's cores, so capacity is lowered for overload: password logins,
which Argon2id bounds, and a store whose syncs take 5 ms (a disk without a cache), which would carry
200 flows a second if each flow had a sync for itself."""

import statistics
import time

import floor
import table

SHED = (429, 503)
SLOW_SYNCS_A_SECOND = 200
FACTORS = (1, 2, 5, 10)
STORMS = 5


def capacity(peer, workload, sessions, connections=64):
    return table.measure(peer, workload, sessions, 4, connections)["per_s"]


def latency(peers, given):
    """Coordinated omission counted: a flow's time begins when it was to begin. In turns with the
    bare program (floor.py) at the same rate: what it takes is the machine's and the load's."""
    for peer in peers:
        peer.start()
        try:
            sessions = peer.sessions()
            work = peer.workloads()["W5 code flow"]
            rate = capacity(peer, work, sessions) / 2
            with floor.beside(peer, sessions[0]) as (program, steps):
                found = {"bare": [], peer.name: []}
                for _ in range(given.rounds):
                    for name, server, steps_of in (("bare", program, steps),
                                                   (peer.name, peer, work)):
                        found[name].append(table.measure(server, steps_of, sessions,
                                                         given.seconds, 256, r=rate))
            for name, results in found.items():
                tell_latency(name, rate, results)
        finally:
            peer.stop()


def tell_latency(name, rate, results):
    failed = [result["failed"] for result in results if "failed" in result]
    if failed:
        raise SystemExit(f"{name}: expected flows begun at {rate:.0f} a second, found {failed}")
    spreads = [result["latency_ms"] for result in results]
    p99 = [spread["p99"] for spread in spreads]
    print(f"{name}: {rate:.0f} flows a second begun, half of capacity: p50 "
          f"{statistics.median(spread['p50'] for spread in spreads):.2f}, p99 "
          f"{statistics.median(p99):.2f} ({min(p99):.2f} to {max(p99):.2f}), p99.9 "
          f"{statistics.median(spread['p999'] for spread in spreads):.2f} ms; errors "
          f"{sum(result['errors'] for result in results)}, never begun "
          f"{sum(result['never_begun'] for result in results)}", flush=True)


def tell(name, factor, most, result, memory):
    served, shed = result["latency_ms"] or {}, result["shed_ms"] or {}
    print(f"| {name} | {factor}x | {result['per_s']:.0f} of {most:.0f} | "
          f"{result['shed'] / max(result['seconds'], 0.1):.0f} | {served.get('p99', 0):.0f} | "
          f"{shed.get('p99', 0):.0f} | {result['errors']} | {memory:.0f} | {result['why'] or ''}",
          flush=True)


def flood(peer, name, workload, sessions, seconds, most):
    for factor in FACTORS:
        result = peer.load(peer.scenario(workload, sessions, SHED), c=2000, d=seconds,
                           r=most * factor, f=1)
        tell(name, factor, most, result, peer.memory_mb())


def storm(peer, other, sessions, seconds):
    """Refreshes alone, then beside logins at ten times what can be hashed: at the same server, and
    at another one, which tells what of it is the processors that they share."""
    refresh = peer.workloads()["W6n refresh, not rotating"]
    logins = capacity(peer, peer.workloads()["W8 password login"], sessions, 4)
    # Not more than a tenth of a core of the machine for refreshes: the storm has the rest.
    rate = min(capacity(peer, refresh, sessions, 16) / 2, 300)

    def sound(result):
        if result["errors"]:
            raise SystemExit(f"the storm: expected no error, found {result['errors']}: "
                             f"{result['why'] or result.get('failed')}")
        return result

    def refreshes():
        return sound(peer.load(peer.scenario(refresh, sessions), c=64, d=seconds, r=rate))

    def beside(stormed):
        work = stormed.workloads()["W8 password login"]
        flood_of_logins = stormed.begin_load(stormed.scenario(work, sessions, SHED), c=500,
                                             d=seconds + 6, r=logins * 10)
        time.sleep(3)  # its first second is a burst, which may wait (PasswordPool, WaitBounds)
        result = refreshes()
        sound(stormed.end_load(flood_of_logins))
        return result

    p99 = {"alone": [], "beside the storm": [], "beside another server's": []}
    for _ in range(STORMS):
        for into, result in zip(p99.values(), (refreshes(), beside(peer), beside(other))):
            into.append(result["latency_ms"]["p99"])
    print(f"refresh at {rate:.0f}/s, logins at {logins * 10:.0f}/s; p99, median of {STORMS} (least "
          "to most), ms: " + "; ".join(
              f"{name} {statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"
              for name, values in p99.items()), flush=True)


def overload(peers, given):
    peer = peers[0]
    other = type(peer)(peer.name, port=peer.port + 7)
    print("| work | asked for | served a second, of capacity | shed a second | p99 of served ms | "
          "p99 of shed ms | errors | memory MB |\n|---|--:|--:|--:|--:|--:|--:|--:|", flush=True)
    peer.start()
    try:
        sessions = peer.sessions()
        login = peer.workloads()["W8 password login"]
        flood(peer, "password login", login, sessions, given.seconds,
              capacity(peer, login, sessions, 4))
        other.start()
        storm(peer, other, sessions, given.seconds)
    finally:
        peer.stop()
        other.stop()
    slow = type(peer)(peer.name, LD_PRELOAD=str(peer.slow_sync()))
    slow.start()
    try:
        flood(slow, "code flow, 5 ms a sync", slow.workloads()["W5 code flow"], slow.sessions(),
              given.seconds, SLOW_SYNCS_A_SECOND)
    finally:
        slow.stop()
