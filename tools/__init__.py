"""Scripts for whoever works on Folkmoot; the server needs none of them. Run as `.venv/bin/python -m tools.NAME`."""
