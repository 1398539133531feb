"""What stands behind service names: moto's own server application, as a process of its own.

The front hands it requests over a unix socket; what it holds (a bucket's objects, an alarm) lives
as long as the process does.
"""
