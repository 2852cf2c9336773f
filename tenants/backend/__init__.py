"""The strict database backend: no workspace, no SQL."""
