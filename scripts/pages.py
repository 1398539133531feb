"""Writes the pages of docs/ that are generated: `make pages`."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGES = {
    "docs/reference/cli.md": "genkan.cli.reference",
    "docs/reference/coverage.md": "genkan.api.coverage",
    "docs/reference/impact.md": "genkan.impact.page",
    "docs/reference/tested.md": "tests.api.examples.page",
    "docs/reference/errors.md": "tests.api.refusals.page",
    "docs/design/lifecycles.md": "genkan.model.lifecycle_page",
}


def main() -> None:
    for path, module in PAGES.items():
        made = subprocess.run(
            [sys.executable, "-m", module], stdout=subprocess.PIPE, cwd=ROOT, check=True
        )
        (ROOT / path).write_bytes(made.stdout)


if __name__ == "__main__":
    main()
