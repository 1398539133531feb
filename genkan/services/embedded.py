"""The embedded services: moto's server application behind waitress, on a unix socket.

python -m genkan.services.embedded SOCKET CONTROL_SOCKET CERTIFICATES AUTHORITY AUTHORITY_KEY
"""

import contextlib
import os
import sys
from functools import cache
from pathlib import Path

from genkan.services.reach import NoReach, Reach

THREADS = 32
IN_MEMORY = 1 << 20  # bytes of a request before it is kept in a file
LARGEST = 64 << 30
MOST_CONNECTIONS = 4096


def main() -> None:
    """Serve by themselves, without a network to reach."""
    path, control, *files = sys.argv[1:6]
    certificates, authority, authority_key = map(Path, files)
    serve(path, control, certificates, authority, authority_key, NoReach())


def serve(
    path: str, control: str, certificates: Path, authority: Path, authority_key: Path, reach: Reach
) -> None:
    """Serve at a socket until killed."""
    # moto makes clients of its own here and there; they must find keys, and never ask anybody.
    os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")
    os.environ |= {"AWS_ACCESS_KEY_ID": "embedded", "AWS_SECRET_ACCESS_KEY": "embedded"}
    os.environ |= {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true", "MOTO_S3_CUSTOM_ENDPOINTS": ""}
    import waitress
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    from genkan.certificates.authority import Authority
    from genkan.certificates.kept import Kept
    from genkan.services.functions import run_functions
    from genkan.services.gate import Gate, asking, leave_buckets_policies_to_the_gate
    from genkan.services.gateway.apis import Apis
    from genkan.services.gateway.binary import keep_binary_types
    from genkan.services.gateway.links import keep_links
    from genkan.services.kept_certificates import KeptCertificates
    from genkan.services.large_objects import keep_objects_in_files
    from genkan.services.registry.api import complete_api
    from genkan.services.subnet_groups import let_subnet_groups_be_deleted

    apis = Apis(reach, authority)
    run_functions(reach)
    keep_links()
    keep_binary_types()
    complete_api(asking)
    by_authority = cache(lambda: Authority(authority, authority_key))
    KeptCertificates(Kept(certificates), by_authority, control).install()
    leave_buckets_policies_to_the_gate()
    keep_objects_in_files()
    let_subnet_groups_be_deleted()
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    waitress.serve(
        Gate(DomainDispatcherApplication(create_backend_app), control, apis),
        unix_socket=path,
        unix_socket_perms="600",
        threads=THREADS,
        connection_limit=MOST_CONNECTIONS,
        backlog=MOST_CONNECTIONS,
        ident="",
        inbuf_overflow=IN_MEMORY,
        max_request_body_size=LARGEST,
        clear_untrusted_proxy_headers=False,
        _quiet=True,
    )


if __name__ == "__main__":
    main()
