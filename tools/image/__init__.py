"""The image of deploy/Containerfile, made and run without an engine of containers: see __main__.py."""
