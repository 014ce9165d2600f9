"""What other servers send: taken in (`receive`), worked off (`process`), and done by the use cases of `core` (`table`)."""
