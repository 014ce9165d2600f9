"""The JSON interfaces: faces that parse, call core and render."""
