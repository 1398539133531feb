"""`python -m genkan.cli` is `genkan`."""

from genkan.cli import main

if __name__ == "__main__":
    main()
