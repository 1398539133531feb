"""Parsers of bytes met with bytes that nobody should send, and the corpus of such.

`corpus/` holds a file a parser, an input a line as Python writes bytes. The suite gives each parser
its corpus, mutations of it and arbitrary bytes; `python -m tests.fuzz NAME --seconds 60` goes on
for as long as it is told, guided by coverage where atheris is installed.
"""
