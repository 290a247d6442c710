"""What MkDocs leaves out: files from outside of docs/, Markdown and llms.txt for programs."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File, Files

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
SHARED = ("contract/openapi.yaml", "contract/edge.yaml", "CHANGELOG.md")

# A link that leaves docs/: to something the site has too, or to a file only the repository has.
_OUTWARD = re.compile(r"\[([^\]]+)\]\(((?:\.\./)+)([^)\s]+)\)")


def on_files(files: Files, *, config: "MkDocsConfig") -> Files:
    """Give the site what pages link to outside of docs/."""
    for path in SHARED:
        if files.get_file_from_path(path) is None:
            files.append(File.generated(config, path, abs_src_path=str(ROOT / path)))
    return files


def on_page_markdown(markdown: str, *, page: "Page", config: "MkDocsConfig", files: Files) -> str:
    """Point links that leave docs/ to the site's copy, or leave their words alone."""
    del config
    depth = page.file.src_uri.count("/")

    def led(link: re.Match[str]) -> str:
        text, up, target = link[1], link[2], link[3]
        path, _, anchor = target.partition("#")
        if up.count("../") <= depth:
            return link[0]
        if files.get_file_from_path(path) is None:
            return text
        return f"[{text}]({'../' * depth}{path}{'#' * bool(anchor)}{anchor})"

    return _OUTWARD.sub(led, markdown)


def on_post_build(*, config: "MkDocsConfig") -> None:
    """Every page as Markdown beside itself, and a list of all of them."""
    source, site = Path(config.docs_dir), Path(config.site_dir)
    lines = ["# Dialplane", "", f"> {config.site_description}.", "", "## Pages", ""]
    for page in sorted(source.rglob("*.md")):
        name = page.relative_to(source)
        text = page.read_text(encoding="utf-8")
        copied = site / name
        copied.parent.mkdir(parents=True, exist_ok=True)
        copied.write_text(text, encoding="utf-8")
        lines.append(f"- [{text.partition(chr(10))[0].lstrip('# ')}]({name.as_posix()})")
    (site / "llms.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
