"""The control plane: workspaces, their isolation, their schemas and their jobs."""
