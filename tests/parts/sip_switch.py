"""A Kamailio that plays the carriers a trunk can lead to: one port for each kind of them."""

import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from parts.program import PATIENCE_S, is_listened_on, wait_until
from parts.sip_peers import free_port

HOST: Final = "127.0.0.1"
REALM: Final = "carrier"
PASSWORD: Final = "correct horse"
NAME: Final = "trunk.test"

_CONFIGURATION: Final = """
debug=0
log_stderror=yes
children=1
tcp_children=1
auto_aliases=no
enable_tls=yes
tcp_connection_lifetime=20
server_header="Server: Switch of tests"
{listeners}
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "auth.so"
loadmodule "tls.so"
modparam("tls", "config", "{tls}")

request_route {{
    if ($Rp == {out_of_order}) {{
        sl_send_reply("503", "Out Of Order");
        exit;
    }}
    if ($Rp == {mailbox}) {{
        append_to_reply("Allow: MESSAGE, REGISTER\\r\\n");
        sl_send_reply("200", "OK");
        exit;
    }}
    if ($Rp == {asks_login} && !pv_www_authenticate("{realm}", "{password}", "0")) {{
        www_challenge("{realm}", "1");
        exit;
    }}
    append_to_reply("Allow: INVITE, ACK, BYE\\r\\n");
    append_to_reply("Allow: OPTIONS\\r\\n");
    sl_send_reply("200", "OK");
}}
"""


@dataclass(frozen=True, slots=True)
class Authority:
    """Vouches for certificates; `file` is what has to be trusted."""

    directory: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def file(self) -> Path:
        return self.directory / "authority.pem"

    @classmethod
    def made_in(cls, directory: Path) -> "Authority":
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _begun("authority", days=365)
            .issuer_name(_name("authority"))
            .public_key(key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        made = cls(directory, key, certificate)
        made.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return made

    def certify(self, file: str, *, host: str = HOST, days: float = 90) -> tuple[Path, Path]:
        """A certificate for this host, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        is_ip = host.replace(".", "").isdigit()
        name = x509.IPAddress(ip_address(host)) if is_ip else x509.DNSName(host)
        certificate = (
            _begun(host, days=days)
            .issuer_name(self.certificate.subject)
            .public_key(key.public_key())
            .add_extension(x509.SubjectAlternativeName([name]), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        paths = self.directory / f"{file}.pem", self.directory / f"{file}.key"
        paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        paths[1].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return paths


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def _begun(subject: str, *, days: float) -> x509.CertificateBuilder:
    until = datetime.now(UTC) + timedelta(days=days)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - timedelta(days=366))
        .not_valid_after(until)
    )


class Switch:
    """The ports are named for who is reached there."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.authority = Authority.made_in(directory)
        self.plain, self.asks_login, self.out_of_order, self.mailbox = _ports(4)
        self.secure, self.other_name, self.expires_soon, self.expired, self.unvouched = _ports(5)

    def start(self) -> "Switch":
        file = self._directory / "switch.cfg"
        file.write_text(self._configuration())
        self._log = (self._directory / "switch.log").open("ab")
        self._process = subprocess.Popen(
            ["kamailio", "-f", file, "-DD", "-E", "-m", "32", "-M", "4", "-x", "fm"],
            cwd=self._directory,
            stdout=self._log,
            stderr=self._log,
        )
        try:
            wait_until(self._is_ready, self._said)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE_S)
        self._log.close()

    def _configuration(self) -> str:
        plain = (self.plain, self.asks_login, self.out_of_order, self.mailbox)
        listeners = [f"listen={kind}:{HOST}:{port}" for port in plain for kind in ("udp", "tcp")]
        certificates = self._certificates()
        listeners += [f"listen=tls:{HOST}:{port}" for port in certificates]
        tls = self._directory / "tls.cfg"
        tls.write_text("\n".join(_profiles(certificates)))
        return _CONFIGURATION.format(
            listeners="\n".join(listeners),
            tls=tls,
            realm=REALM,
            password=PASSWORD,
            asks_login=self.asks_login,
            out_of_order=self.out_of_order,
            mailbox=self.mailbox,
        )

    def _certificates(self) -> dict[int, tuple[Path, Path]]:
        strangers = self._directory / "strangers"
        strangers.mkdir(exist_ok=True)
        return {
            self.secure: self.authority.certify("good"),
            self.other_name: self.authority.certify("other", host="elsewhere.test"),
            self.expires_soon: self.authority.certify("soon", days=13.5),
            self.expired: self.authority.certify("expired", days=-1),
            self.unvouched: Authority.made_in(strangers).certify("unvouched"),
        }

    def _is_ready(self) -> bool:
        assert self._process.poll() is None, self._said()
        return is_listened_on(self.unvouched)

    def _said(self) -> str:
        return (self._directory / "switch.log").read_text()


def _profiles(certificates: dict[int, tuple[Path, Path]]) -> list[str]:
    places = {"default": next(iter(certificates.values()))}
    places |= {f"{HOST}:{port}": files for port, files in certificates.items()}
    profiles = []
    for place, (certificate, key) in places.items():
        profiles += [f"[server:{place}]", "method = TLSv1.2+"]
        profiles += [f"certificate = {certificate}", f"private_key = {key}"]
    return profiles


def _ports(count: int) -> list[int]:
    return [free_port(HOST) for _ in range(count)]


def is_installed() -> bool:
    return shutil.which("kamailio") is not None
