#!/usr/bin/env python3
"""Fills the stopped server's store up to so many live grants and people.

    fill.py GRANTS PEOPLE

Rows are copies of ones that the server wrote, each with an identity of its own that grows with time
(so that the store lies as it would after so many flows), for people picked at random.
"""

import os
import pathlib
import sqlite3
import sys
import time

BITE = 200_000


def columns(store, table):
    return [row[1] for row in store.execute(f"PRAGMA table_info({table})") if row[1] != "number"]


def add(store, table, wanted, values):
    """Copies the last row until there are `wanted`; `values`: column → SQL that replaces."""
    have = store.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    names = columns(store, table)
    chosen = ", ".join(values.get(name, "t." + name) for name in names)
    while have < wanted:
        bite = min(BITE, wanted - have)
        store.execute(
            f"WITH RECURSIVE n(i) AS (SELECT {have} UNION ALL SELECT i + 1 FROM n"
            f" WHERE i + 1 < {have + bite})"
            f" INSERT INTO {table} ({', '.join(names)}) SELECT {chosen} FROM n,"
            f" (SELECT * FROM {table} ORDER BY number DESC LIMIT 1) t")
        store.commit()
        have += bite
        print(f"{table}: {have}", file=sys.stderr, flush=True)


def main():
    grants, people = int(sys.argv[1]), int(sys.argv[2])
    file = pathlib.Path(os.environ["RUN_DIR"], "data", "grantd.db")
    store = sqlite3.connect(file)
    store.execute("PRAGMA synchronous=OFF")
    store.execute("PRAGMA cache_size=-400000")
    if not store.execute("SELECT count(*) FROM grants").fetchone()[0]:
        sys.exit("no grant to copy: let the server give one first")
    # 16 bytes that grow, as a UUIDv7 does: a count, then chance.
    began = int(time.time() * 1000) - 30 * 86_400_000
    identity = f"unhex(printf('%012x', {began} + i)) || randomblob(10)"
    if sqlite3.sqlite_version_info < (3, 41):  # no unhex
        store.create_function("unhex", 1, bytes.fromhex, deterministic=True)
    add(store, "users", people, {"id": "randomblob(16)", "login": "'filled' || i"})
    add(store, "grants", grants, {"id": f"CAST({identity} AS BLOB)", "state": "0",
                                  "ended_because": "NULL"})
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()


if __name__ == "__main__":
    main()
