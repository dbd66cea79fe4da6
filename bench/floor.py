"""What a bare program (floor.cc) takes for the same bytes, signature and row."""

import contextlib
import re
import socket
import subprocess
import time

import table
from peer import ROOT, Peer, filled

PROGRAM = ROOT / "build" / "release" / "bench" / "floor"
PORT = 4790


class Wire:
    """A connection on which steps are played; gives the replies as they were sent."""

    def __init__(self, port):
        self.port, self.socket = port, socket.create_connection(("127.0.0.1", port), timeout=10)

    def play(self, step, values):
        body = filled(step.get("body", ""), values)
        lines = [f"{step.get('method', 'GET')} {filled(step['path'], values)} HTTP/1.1",
                 f"Host: 127.0.0.1:{self.port}",
                 *(filled(line, values) for line in step.get("headers", []))]
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
            raise SystemExit(f"{step['name']}: expected {step.get('status', [200])}, found "
                             f"{reply.decode()}")
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
        while self.process.poll() is None and time.monotonic() - begun < 10:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", PORT)):
                return
            time.sleep(0.01)
        raise SystemExit(f"{PROGRAM} does not listen on port {PORT}: is it taken?")


@contextlib.contextmanager
def beside(peer, session):
    """The program, up beside that peer, and the code flow's steps for it."""
    program = Floor(peer)
    steps = program.record(peer, session)
    try:
        program.start()
        yield program, steps
    finally:
        program.stop()


def floor(peers, given):
    peer = peers[0]
    peer.start()
    try:
        sessions = peer.sessions()
        with beside(peer, sessions[0]) as (program, steps):
            compare(peer, program, steps, sessions, given)
    finally:
        peer.stop()


def compare(peer, program, steps, sessions, given):
    print("| connections | bare, signatures | CPU us | per s "
          f"| {peer.name}, signatures | CPU us | per s |\n|--:|--:|--:|--:|--:|--:|--:|")
    for level in map(int, given.connections.split(",")):
        found = {"bare": [], "own": []}
        for _ in range(given.rounds):  # in turns
            found["bare"].append(table.measure(program, steps, sessions, given.seconds, level))
            found["own"].append(table.measure(peer, peer.workloads()["W5 code flow"], sessions,
                                              given.seconds, level))
        wrong = [result for results in found.values() for result in results
                 if result.get("errors") or "failed" in result]
        if wrong:
            raise SystemExit(f"at {level} connections: {wrong}")
        cells = [table.show(table.median(found[name], member), digits)
                 for name in ("bare", "own")
                 for member, digits in (("signatures", 2), ("server_cpu_us_per_flow", 0),
                                        ("per_s", 0))]
        print(f"| {level} | " + " | ".join(cells) + " |", flush=True)
