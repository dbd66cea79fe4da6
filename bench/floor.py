"""What the least program (floor.cc) takes for the same bytes, signature and row."""

import contextlib
import re
import socket
import subprocess
import time

import table
from peer import ROOT, Peer

PROGRAM = ROOT / "build" / "release" / "bench" / "floor"
PORT = 4790


class Wire:
    """A connection on which steps are played; gives the replies as they were sent."""

    def __init__(self, port):
        self.port, self.socket = port, socket.create_connection(("127.0.0.1", port), timeout=10)

    def play(self, step, values):
        def fill(text):
            return re.sub(r"\$\{(\w+)(?::u)?\}", lambda found: values[found[1]], text)

        body = fill(step.get("body", ""))
        lines = [f"{step.get('method', 'GET')} {fill(step['path'])} HTTP/1.1",
                 f"Host: 127.0.0.1:{self.port}", *map(fill, step.get("headers", []))]
        if body:
            lines += ["Content-Type: application/x-www-form-urlencoded",
                      f"Content-Length: {len(body)}"]
        self.socket.sendall("\r\n".join([*lines, "", body]).encode())
        reply = b""
        while not self.whole(reply):
            part = self.socket.recv(65536)
            if not part:
                raise SystemExit(f"{step['name']}: the connection closed after {reply!r}")
            reply += part
        status = int(reply.split()[1])
        if status not in step.get("status", [200]):
            raise SystemExit(f"{step['name']}: {reply.decode()}")
        return reply

    @staticmethod
    def whole(reply):
        head, end, body = reply.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        return end and len(body) >= (int(length[1]) if length else 0)


class Floor(Peer):
    """The program in a server's place; what it replies was recorded from that server."""

    def __init__(self, peer):
        super().__init__(peer.name, PORT=str(PORT))
        self.name, self.port, self.jwks = "floor", PORT, peer.jwks
        self.folder_of_replies = peer.home

    def record(self, peer, session):
        """A reply of each kind, and the steps without what says that they are right."""
        values = {"state": "s" * 22, "nonce": "n" * 22, **session,
                  "verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
                  "challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}
        steps = peer.workloads()["W5 code flow"]["steps"]
        wire = Wire(peer.port)
        redirect = wire.play(steps[0], values)
        values["code"] = re.search(rb"[?&]code=([^&\s]+)", redirect)[1].decode()
        tokens = wire.play(steps[1], values)
        (self.folder_of_replies / "redirect").write_bytes(redirect)
        (self.folder_of_replies / "tokens").write_bytes(tokens)
        kept = ("name", "method", "path", "headers", "body", "status")
        bare = [{member: step[member] for member in kept if member in step} for step in steps]
        bare[0]["location_save"] = {"code": "code"}
        return {"steps": bare, "sessions": True}

    def start(self, fresh=True):
        store = self.folder_of_replies / "floor.db"
        for file in self.folder_of_replies.glob("floor.db*"):
            file.unlink()
        self.process = subprocess.Popen([PROGRAM, str(PORT), store,
                                         self.folder_of_replies / "redirect",
                                         self.folder_of_replies / "tokens"])
        begun = time.monotonic()
        while time.monotonic() - begun < 10:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", PORT)):
                return
            time.sleep(0.01)
        raise SystemExit(f"{PROGRAM} does not listen on port {PORT}")


def floor(peers, given):
    peer = peers[0]
    peer.start()
    least = None
    try:
        sessions = peer.sessions()
        least = Floor(peer)
        bare = least.record(peer, sessions[0])
        least.start()
        print("| connections | the least, signatures | CPU us | per s "
              f"| {peer.name}, signatures | CPU us | per s |\n|--:|--:|--:|--:|--:|--:|--:|")
        for level in map(int, given.connections.split(",")):
            found = {name: [] for name in ("least", "own")}
            for _ in range(given.rounds):  # in turns
                found["least"].append(table.measure(least, bare, sessions, given.seconds, level))
                found["own"].append(table.measure(peer, peer.workloads()["W5 code flow"], sessions,
                                                  given.seconds, level))
            wrong = [result for results in found.values() for result in results
                     if result.get("errors") or "failed" in result]
            if wrong:
                raise SystemExit(f"at {level} connections: {wrong}")
            cells = [table.show(table.median(found[name], member), digits)
                     for name in ("least", "own")
                     for member, digits in (("signatures", 2), ("server_cpu_us_per_flow", 0),
                                            ("per_s", 0))]
            print(f"| {level} | " + " | ".join(cells) + " |", flush=True)
    finally:
        if least:
            least.stop()
        peer.stop()
