"""`dialplane serve` without its command line, which says when it is ready and nothing else."""

import os

from dialplane.server import Listener, serve
from dialplane.settings import read_settings

if __name__ == "__main__":
    listener = Listener(
        host="127.0.0.1",
        port=int(os.environ["BENCH_PORT"]),
        workers=int(os.environ["BENCH_WORKERS"]),
    )
    serve(read_settings(), listener, ready=lambda: None)
