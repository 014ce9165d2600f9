"""The things that activities are about, one file for each kind: `parse…` reads a document into a frozen value, `build…` writes ours."""
