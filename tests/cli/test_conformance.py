"""`dialplane conformance` as an operator runs it, against the real server."""

from parts.program import Outcome, run
from parts.server import Server
from parts.world import ACME_TOKEN


def conformance(*arguments: str) -> Outcome:
    return run("conformance", *arguments, env={})


def test_our_own_server_conforms(server: Server) -> None:
    done = conformance(server.url, "--key", ACME_TOKEN, "--rate", "1000/s", "--json")

    assert done.code == 0, done.remarks
    counts = done.json["counts"]
    assert (counts["broken"], counts["kept"] > 20) == (0, True)


def test_a_broken_promise_ends_with_one_and_is_in_the_table(server: Server) -> None:
    done = conformance(f"{server.url}/nowhere", "--key", ACME_TOKEN, "--rate", "1000/s")

    assert done.code == 1
    assert "answered 404" in done.out


def test_without_a_key_it_says_what_to_do(server: Server) -> None:
    done = conformance(server.url)

    assert (done.code, "--key" in done.err) == (1, True)
