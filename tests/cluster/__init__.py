"""Several processes on one database: nothing is lost, and a killed one leaves no damage."""
