"""Looks for secrets in files: what begins like a known credential, and what looks like chance.

Without arguments, in every file git tracks. Planted ones, in tests and examples, look made up:
they repeat themselves or read like words.
"""

import math
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

KNOWN: Final = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\n[A-Za-z0-9+/=\n]{64}",
    "an API key of ours": r"\bdp_(?:live|test)_[0-9A-Za-z]{43}\b",
    "a webhook secret of ours": r"\bwhsec_[\w-]{43}\b",
    "an access key of AWS": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a token of GitHub": r"\b(?:gh[pousr]_[0-9A-Za-z]{36}|github_pat_\w{40,})",
    "a token of GitLab": r"\bglpat-[\w-]{20,}",
    "a token of Slack": r"\bxox[abprs]-[0-9A-Za-z-]{20,}",
    "a key of Stripe": r"\b[rs]k_live_[0-9A-Za-z]{20,}",
    "a key of OpenAI or Anthropic": r"\bsk-[\w-]{32,}",
    "a key of Google": r"\bAIza[\w-]{35}\b",
    "an auth token of Twilio": r"(?i)twilio[^\n]{0,40}\b[0-9a-f]{32}\b",
    "a token of a package index": r"\bpypi-[\w-]{50,}",
    "a JSON web token": r"\beyJ[\w-]{20,}\.eyJ[\w-]{20,}\.[\w-]{20,}",
    "a password in an address": r"\b[a-z][a-z0-9+]+://[^\s:/@'\"{}<>*$]+:[^\s:/@'\"{}<>*$]{12,}@",
}
NAMED: Final = re.compile(
    r"""(?ix) (?:secret|token|passw(?:or)?d|api_?key|private_?key)\w* ["']? \s* [:=] \s*
    ["']? (?P<value>[A-Za-z0-9+/_=-]{24,}) ["']?"""
)
LEAST_BITS: Final = 4.0
"""Per character: of 32 random ones, base64 has some 4.7, words and repetitions less than 4."""

LEAST_BITS_KNOWN: Final = 3.0
"""What begins like a secret is one unless it repeats itself."""

MADE_UP: Final = re.compile(r"(?i)example|planted")
"""What a secret that is none has in it, so that everybody sees it."""

NOT_TEXT: Final = {".wav", ".png", ".webp", ".ico", ".woff2", ".gz", ".lock"}
VENDORED: Final = ("swagger_ui/", "node_modules/", "package-lock.json", ".min.js")


def found_in(text: str) -> Iterator[tuple[int, str]]:
    """Line and kind of each thing that looks like a secret."""
    for kind, pattern in KNOWN.items():
        for match in re.finditer(pattern, text):
            if bits(match[0]) >= LEAST_BITS_KNOWN and not MADE_UP.search(match[0]):
                yield line_of(text, match.start()), kind
    for match in NAMED.finditer(text):
        if looks_random(match["value"]):
            yield line_of(text, match.start()), "something random with the name of a secret"


def looks_random(value: str) -> bool:
    if MADE_UP.search(value):
        return False
    mixed = re.search(r"[a-z]", value) and re.search(r"[A-Z]", value) and re.search(r"\d", value)
    hexadecimal = re.fullmatch(r"[0-9a-f]{32,}", value)
    return (bool(mixed) and bits(value) >= LEAST_BITS) or (
        hexadecimal is not None and bits(value) > LEAST_BITS - 0.75
    )


def bits(text: str) -> float:
    """Shannon entropy per character."""
    counts = Counter(text).values()
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts)


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=True)
    return [
        Path(name)
        for name in listed.stdout.split("\0")
        if name and not any(part in name for part in VENDORED)
    ]


def main(names: list[str]) -> int:
    files = [Path(name) for name in names] or tracked()
    count = 0
    for file in files:
        if file.suffix in NOT_TEXT or not file.is_file():
            continue
        for line, kind in found_in(file.read_text(encoding="utf-8", errors="replace")):
            print(f"{file}:{line}: this looks like {kind}")
            count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
