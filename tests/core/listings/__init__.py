"""Lists as readers get them."""
