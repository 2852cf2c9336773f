"""The files of workspaces: one private bucket, a prefix and credentials for each workspace."""
