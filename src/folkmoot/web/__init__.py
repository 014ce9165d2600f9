"""The face for people: pages, made on the server."""

from folkmoot.web import paths as paths
