"""The command line: for whoever runs a server, and for whoever works on the program."""
