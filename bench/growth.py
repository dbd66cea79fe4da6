"""What changes as the store fills, and what connections that do nothing cost."""

import socket
import time

import table


def grow(peers, given):
    """The code flow, and a start, with ever more live grants and people in the store."""
    for peer in peers:
        peer.start()
        sessions = peer.sessions()
        print(f"{peer.name}: "
              "| live grants | signatures a flow | CPU us | per s | p99 ms | start-up "
              "ms | memory MB | store MB |", flush=True)
        for grants in [0] + [int(count) for count in given.grants.split(",")]:
            if grants:
                peer.stop()
                peer.fill(grants, given.people)
                peer.start(fresh=False)
                peer.stop()
                begun = peer.start(fresh=False)
            else:
                peer.stop()
                begun = peer.start(fresh=False)
            result = table.measure(peer, peer.workloads()["W5 code flow"], sessions, given.seconds,
                                   16)
            stored = sum(file.stat().st_size for file in peer.run.rglob("*.db")) / 1e6
            print(f"| {grants} | {result['signatures']:.2f} | "
                  f"{result['server_cpu_us_per_flow']:.0f} | {result['per_s']:.0f} | "
                  f"{result['latency_ms']['p99']:.2f} | {begun:.0f} | {peer.memory_mb():.0f} | "
                  f"{stored:.0f} | {result['errors'] or ''} {result['why'] or ''}", flush=True)
        peer.stop()


def idle(peers, _given, connections=10_000):
    """Memory with so many connections that have each been used once."""
    for peer in peers:
        peer.start()
        before = peer.memory_mb()
        request = (f"GET {peer.json['discovery']} HTTP/1.1\r\nHost: 127.0.0.1:{peer.port}\r\n"
                   "\r\n").encode()
        held = []
        try:
            for _ in range(connections):
                one = socket.create_connection(("127.0.0.1", peer.port))
                one.sendall(request)
                one.recv(16384)
                held.append(one)
            time.sleep(1)
            print(f"{peer.name}: {before:.0f} MB, with {len(held)} idle connections "
                  f"{peer.memory_mb():.0f} MB", flush=True)
        finally:
            for one in held:
                one.close()
            peer.stop()
