"""The embedded services' process: `genkan.services` on the site's sockets, with the site's reach.

python -m genkan.site.embedded_process HOME
"""

import logging
import sys
from pathlib import Path

from genkan.services.embedded import serve
from genkan.services.reach import NoReach
from genkan.site.home import RUN, Home
from genkan.site.reach import SiteReach


def main() -> None:
    """Run until killed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    home = Home(Path(sys.argv[1]))
    serve(
        f"{RUN}/embedded.sock",
        str(home.control_socket),
        home.certificates,
        home.authority,
        home.authority_key,
        NoReach() if home.engine == "none" else SiteReach(home),
    )


if __name__ == "__main__":
    main()
