"""Tests of what is told of packets."""
