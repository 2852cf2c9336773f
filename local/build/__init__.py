"""What is made from the sources before the stack can start: packages of the browser, assets, texts."""
