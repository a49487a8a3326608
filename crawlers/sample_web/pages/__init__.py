"""The pages of the sample web: one module a source, in that source's own format.

Each module has `HOSTS` and `answer(world, asked)`; what a host does not have is a 404.
"""
