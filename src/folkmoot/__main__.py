"""`python -m folkmoot`: the same as the command `folkmoot`."""

from folkmoot.cli.app import main

if __name__ == "__main__":
    main()
