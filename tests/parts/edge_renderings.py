"""The settings whose rendering is kept as golden files; run it to write the files anew."""

from dataclasses import replace
from pathlib import Path

from dialplane.edge.kamailio.render import render
from dialplane.edge.kamailio.settings import EdgeSettings, Listener, TlsFiles

GOLDEN = Path(__file__).parents[1] / "edge" / "golden"

PLAIN = EdgeSettings(
    directory=Path("/var/lib/dialplane-edge"),
    control_url="http://127.0.0.1:8080",
    token="the-edge-token",
    admin_token="the-admin-token",
    outside=Listener(address="127.0.0.1", udp_port=5060, tcp_port=5060),
    inside=Listener(address="127.0.0.1", udp_port=5070, tcp_port=5070),
)
PUBLIC = replace(
    PLAIN,
    outside=Listener(
        address="10.0.0.4", udp_port=5060, tcp_port=5060, tls_port=5061, advertised_host="192.0.2.4"
    ),
    inside=Listener(address="10.0.0.4", udp_port=5070),
    tls=TlsFiles(certificate="/etc/tls/edge.pem", private_key="/etc/tls/edge.key"),
)


def golden_texts() -> dict[str, str]:
    """`plain` in full; of `public` only the files that say something else."""
    plain = render(PLAIN)
    return {f"plain/{name}": text for name, text in plain.items()} | {
        f"public/{name}": text for name, text in render(PUBLIC).items() if text != plain.get(name)
    }


if __name__ == "__main__":
    for name, text in golden_texts().items():
        file = GOLDEN / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
