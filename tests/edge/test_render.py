"""The configuration is text from settings, reviewed as text and read by Kamailio itself."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from dialplane.edge.kamailio.launch import ConfigurationRefused, check, lay_out
from dialplane.edge.kamailio.render import render
from dialplane.edge.kamailio.settings import EdgeSettings, TlsFiles
from parts.edge_renderings import GOLDEN, PLAIN, PUBLIC, golden_texts

needs_kamailio = pytest.mark.skipif(not shutil.which("kamailio"), reason="needs kamailio")


def test_the_rendering_is_the_one_that_was_reviewed() -> None:
    kept = {str(file.relative_to(GOLDEN)): file.read_text() for file in GOLDEN.rglob("*.cfg")}

    assert kept == golden_texts(), (
        "see the difference: python tests/parts/edge_renderings.py; git diff"
    )


def test_the_same_settings_give_the_same_text() -> None:
    assert render(PLAIN) == render(replace(PLAIN))


@pytest.mark.parametrize("token", ['with"quote', "with\nline", "with$variable", "with space"])
def test_a_setting_cannot_become_configuration(token: str) -> None:
    with pytest.raises(ValueError, match="token"):
        render(replace(PLAIN, token=token))


def test_without_tls_there_is_no_tls_file() -> None:
    assert "tls.cfg" not in render(PLAIN)
    assert "tls.cfg" in render(PUBLIC)


def test_credentials_are_not_printed_with_the_settings() -> None:
    assert PLAIN.token not in repr(PLAIN)
    assert PLAIN.admin_token not in repr(PLAIN)


def test_the_files_are_for_their_owner_only(tmp_path: Path) -> None:
    lay_out(replace(PLAIN, directory=tmp_path / "edge"))

    assert all(file.stat().st_mode & 0o077 == 0 for file in (tmp_path / "edge").iterdir())


@needs_kamailio
def test_kamailio_accepts_it(tmp_path: Path) -> None:
    check(replace(PLAIN, directory=tmp_path))


@needs_kamailio
def test_kamailio_accepts_it_with_tls(tmp_path: Path) -> None:
    check(_with_certificate(tmp_path))


@needs_kamailio
def test_what_kamailio_refuses_is_told(tmp_path: Path) -> None:
    nowhere = replace(PLAIN, directory=tmp_path, module_path=str(tmp_path / "none"))

    with pytest.raises(ConfigurationRefused, match="could not find module"):
        check(nowhere)


def _with_certificate(directory: Path) -> EdgeSettings:
    certificate, private_key = directory / "edge.pem", directory / "edge.key"
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=edge"]
    files = ["-keyout", str(private_key), "-out", str(certificate)]
    subprocess.run([*request, *files], check=True, capture_output=True)
    return replace(
        PUBLIC,
        directory=directory,
        outside=replace(PUBLIC.outside, address="127.0.0.1"),
        inside=replace(PUBLIC.inside, address="127.0.0.1"),
        tls=TlsFiles(certificate=str(certificate), private_key=str(private_key)),
    )
