"""The journal of a site that is down, as JSON on standard output.

python -m genkan.site.history HOME
"""

import json
import sys
from pathlib import Path

from genkan.site.home import Home
from genkan.store import Store, summaries


def main() -> None:
    """Print it. Nothing was ever changed where there is no database."""
    home = Home(Path(sys.argv[1]))
    rows = []
    store = _open(home)
    if store is not None:
        rows = list(summaries(store.journal()))
        store.close()
    print(json.dumps({"history": rows}))


def _open(home: Home) -> Store | None:
    url = home.database_url
    if url is not None:
        return Store(url)
    return Store.at(home.database) if home.database.is_file() else None


if __name__ == "__main__":
    main()
