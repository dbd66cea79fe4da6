"""What a request costs without a network, and what it owes to what ran just before (alone.cc)."""

import json
import os
import subprocess

from peer import ROOT, Browser, filled

PROGRAM = ROOT / "build" / "release" / "bench" / "alone"
# Those that can be asked again and again.
REPEATED = ["W1", "W2", "W3", "W6n", "W7"]


def request_of(peer, name, step, values):
    path, _, query = filled(step["path"], values).partition("?")
    body = filled(step.get("body", ""), values)
    fields = {"host": f"127.0.0.1:{peer.port}"}
    for line in step.get("headers", []):
        field, _, value = filled(line, values).partition(": ")
        fields[field.lower()] = value
    if body:
        fields["content-type"] = "application/x-www-form-urlencoded"
        fields["content-length"] = str(len(body))
    return {"name": name, "method": step.get("method", "GET"), "path": path, "query": query,
            "fields": fields, "body": body}


def alone(peers, given):
    peer = peers[0]
    peer.start()
    requests = []
    try:
        session = peer.sessions()[0]
        for name, workload in peer.workloads().items():
            short = name.split()[0]
            if short not in REPEATED or (given.only and short not in given.only):
                continue
            [step] = workload["steps"]
            values = {"state": "s" * 22, "nonce": "n" * 22, "challenge": "c" * 43, **session}
            if "prepare" in workload:
                values.update(Browser(peer.port).play(workload["prepare"], session))
            asked = request_of(peer, name, step, values)
            status, _, _ = Browser(peer.port).send(
                asked["method"], filled(step["path"], values), asked["body"] or None,
                {field: value for field, value in asked["fields"].items()
                 if field != "content-length"})
            if status not in step.get("status", [200]):
                raise SystemExit(f"{name}: expected {step.get('status', [200])}, found {status}")
            requests.append({**asked, "status": status})
    finally:
        peer.stop()
    file = peer.home / "requests.json"
    file.write_text(json.dumps(requests))
    environment = {**os.environ, "GRANTD_LISTEN_PORT": str(peer.port),
                   "GRANTD_LISTEN_MANAGEMENT_PORT": str(peer.port + 1000),
                   "GRANTD_LOG_LEVEL": "warning"}
    return subprocess.run([PROGRAM, peer.run, file], env=environment, check=False).returncode
