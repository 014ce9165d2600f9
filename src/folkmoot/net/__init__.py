"""The only door out: HTTP to public addresses, with limits on time and size. Imports nothing of ours."""
