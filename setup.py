"""The README as a package index shows it: its pictures and links by absolute addresses.

In a checkout they are relative, so that they show there too. All else stands in pyproject.toml, and
so does the address of the repository.
"""

import re
import sys
from pathlib import Path

from setuptools import setup

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent
RELATIVE = re.compile(r"(!?)\[([^\]]*)\]\((?!https?:|#)([^)]+)\)")
"""A picture or a link in Markdown that names a file of the repository: mark, text, file."""


def with_addresses(text: str, address: str) -> str:
    """A Markdown text whose pictures and links lead to the repository at this address on GitHub."""
    def absolute(match: re.Match[str]) -> str:
        mark, words, file = match.groups()
        return f"{mark}[{words}]({address}/{'raw' if mark else 'blob'}/HEAD/{file})"

    return RELATIVE.sub(absolute, text)


project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
readme = (ROOT / "README.md").read_text(encoding="utf-8")
setup(long_description=with_addresses(readme, project["urls"]["Repository"]),
      long_description_content_type="text/markdown")
