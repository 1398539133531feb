"""AWS's published facts as tables: Regions and zones, services and their names, addresses, types.

Plain literals, so that whoever reads them opens no file. `api` answers from them, `compile` gives
public services their names and addresses.
"""
