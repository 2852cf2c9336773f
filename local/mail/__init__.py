"""The mail catcher: nothing leaves the machine, every message is a file and a page."""
