"""Connections of the hand-written peers: one for each thread, in autocommit mode."""

import os
import sqlite3
import threading

import psycopg

from bench.peers import sql
from bench.peers.by_hand import ByHand

TARGET = os.environ["BENCH_DATABASE"]
ON_POSTGRES = TARGET.startswith("postgresql://")

_thread = threading.local()


def connected() -> ByHand:
    if ON_POSTGRES:
        # Prepared at once and for good: every statement comes again.
        return ByHand(psycopg.connect(TARGET, autocommit=True, prepare_threshold=0), sql.POSTGRES)
    db = sqlite3.connect(
        TARGET, isolation_level=None, cached_statements=256, timeout=10, check_same_thread=False
    )
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    return ByHand(db, sql.SQLITE)


def of_this_thread() -> ByHand:
    found: ByHand | None = getattr(_thread, "by_hand", None)
    if found is None:
        found = _thread.by_hand = connected()
    return found
