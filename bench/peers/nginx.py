"""nginx with one constant answer: what the machine and the load generator can do at all."""

import os
import sys
from pathlib import Path

CONFIGURATION = """
worker_processes {workers};
daemon off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path {folder}/nginx;
    proxy_temp_path {folder}/nginx;
    fastcgi_temp_path {folder}/nginx;
    uwsgi_temp_path {folder}/nginx;
    scgi_temp_path {folder}/nginx;
    server {{
        listen 127.0.0.1:{port};
        default_type application/json;
        location / {{ return 200 '{answer}'; }}
    }}
}}
"""
ANSWER = '{"id":"' + "0" * 36 + '","memo":"' + "x" * 650 + '"}'


def main() -> None:
    folder = Path(os.environ["DIALPLANE_DATA_DIR"])
    text = CONFIGURATION.format(
        workers=os.environ["BENCH_WORKERS"],
        folder=folder,
        port=os.environ["BENCH_PORT"],
        answer=ANSWER,
    )
    path = folder / "nginx.conf"
    path.write_text(text)
    os.execvp("nginx", ["nginx", "-p", str(folder), "-c", str(path), *sys.argv[1:]])  # noqa: S606, S607  # it becomes nginx


if __name__ == "__main__":
    main()
