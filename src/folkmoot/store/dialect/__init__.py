"""Every difference between the engines, on one page each."""
