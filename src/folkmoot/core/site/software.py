"""What this program calls itself, and which version of Lemmy's API it speaks: apps choose their dialect by it (docs/decisions/0012)."""

NAME = "folkmoot"
LEMMY_VERSION = "0.19.20"
