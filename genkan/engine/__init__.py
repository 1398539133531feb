"""Engines make a network program so: observe what is there, plan, apply.

`protocol` is what `control` asks of any of them; the engines do not know each other.
"""
