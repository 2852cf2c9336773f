"""Import of tables made elsewhere: read, match, check, write through the engine, undo."""
