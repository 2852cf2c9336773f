"""The demo workspace: a company's sales book, its people and what they are at."""
