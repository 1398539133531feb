"""`UpstreamDown`, how a request ends that nobody behind the front took or answered."""


class UpstreamDown(Exception):
    """What stands behind the service does not take requests."""
